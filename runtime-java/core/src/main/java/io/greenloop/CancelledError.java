package io.greenloop;

import org.jspecify.annotations.Nullable;

/**
 * A task or future was cancelled. An {@code Error}, so that a broad {@code catch (Exception e)}
 * does not swallow it (Python: {@code asyncio.CancelledError}, outside {@code Exception}).
 *
 * <p>A cancel is not a failure: it is never logged as one. Code that catches it for cleanup throws
 * it on; code that swallows it goes on as if nothing had been asked, until the next request.
 */
public class CancelledError extends Error {
  private static final long serialVersionUID = 1L;

  private final @Nullable String reason;

  /** A cancel without a reason. */
  public CancelledError() {
    this(null, null);
  }

  /** A cancel with the reason that its requester gave. */
  public CancelledError(@Nullable String reason) {
    this(reason, null);
  }

  /** A cancel with what carried it through foreign code, such as an interrupt. */
  public CancelledError(@Nullable String reason, @Nullable Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  /** What the requester said, or null (Python: the {@code msg} of {@code cancel}). */
  public @Nullable String reason() {
    return reason;
  }
}
