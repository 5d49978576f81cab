package io.greenloop.gevent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How to join many (Python: the keywords of {@code joinall} and {@code wait}). Immutable. */
public final class JoinOptions {
  /** All of them, without a limit, errors kept to themselves. */
  public static final JoinOptions DEFAULT = new JoinOptions(null, false, Integer.MAX_VALUE);

  private final @Nullable Duration timeout;
  private final boolean raisesError;
  private final int count;

  private JoinOptions(@Nullable Duration timeout, boolean raisesError, int count) {
    this.timeout = timeout;
    this.raisesError = raisesError;
    this.count = count;
  }

  /** Waits at most {@code limit}. */
  public JoinOptions timeout(Duration limit) {
    return new JoinOptions(limit, raisesError, count);
  }

  /** Throws the first error at once; the others go on. */
  public JoinOptions raiseError() {
    return new JoinOptions(timeout, true, count);
  }

  /** Returns when {@code enough} are ready. */
  public JoinOptions count(int enough) {
    return new JoinOptions(timeout, raisesError, enough);
  }

  @Nullable Duration timeoutOrNull() {
    return timeout;
  }

  boolean raisesError() {
    return raisesError;
  }

  int count() {
    return count;
  }
}
