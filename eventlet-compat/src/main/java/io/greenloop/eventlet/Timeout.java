package io.greenloop.eventlet;

import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Alarm;
import io.greenloop.eventlet.internal.Disguise;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A time limit that is thrown into the green thread which started it, wherever that waits then
 * (Python: {@code eventlet.Timeout}). It starts when it is made; closing it cancels it.
 *
 * <pre>{@code
 * try (var limit = Timeout.start(Duration.ofSeconds(5))) {
 *   …
 * } catch (Timeout over) {
 *   // compare with the one that you started: it may be somebody else's
 * }
 * }</pre>
 *
 * <p>A body that does not wait is never interrupted. Whose limit was over is told by identity: each
 * one is a throwable of its own.
 */
public final class Timeout extends Error implements AutoCloseable, TimeoutLike {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Duration limit;
  private final transient @Nullable Supplier<? extends Throwable> instead;
  private final boolean silent;
  private transient @Nullable Alarm alarm;

  private Timeout(
      @Nullable Duration limit, @Nullable Supplier<? extends Throwable> instead, boolean silent) {
    super(describe(limit, silent));
    this.limit = limit;
    this.instead = instead;
    this.silent = silent;
  }

  // ---- making one --------------------------------------------------------------------------

  /** Throws itself into the calling task, {@code limit} from now. */
  public static Timeout start(Duration limit) {
    return new Timeout(limit, null, false).start();
  }

  /** Throws what {@code instead} makes. */
  public static Timeout start(Duration limit, Supplier<? extends Throwable> instead) {
    return new Timeout(limit, instead, false).start();
  }

  /** One that never fires. */
  public static Timeout never() {
    return new Timeout(null, null, false).start();
  }

  /**
   * Runs {@code body} with a time limit, and is silent about it when that is over.
   *
   * @return whether {@code body} ended before
   */
  public static boolean silent(Duration limit, ThrowingRunnable body) {
    Timeout own = new Timeout(limit, null, true).start();
    try {
      limit(own, Eventlet.callable(body));
      return true;
    } catch (Timeout over) {
      if (over != own) {
        throw over;
      }
      return false;
    }
  }

  static <T extends @Nullable Object> T limit(Timeout timeout, Callable<? extends T> body) {
    try (timeout) {
      return Disguise.<T>unmasked(body);
    }
  }

  // ---- using it ----------------------------------------------------------------------------

  /**
   * Starts it again, for the calling task, after it fired or was cancelled.
   *
   * @throws IllegalStateException if it is pending, or called in a callback or in a suspend task
   */
  public Timeout start() {
    if (isPending()) {
      throw new IllegalStateException(
          "start: this timeout (" + getMessage() + ") is pending; cancel it first");
    }
    Duration time = limit;
    if (time != null) {
      alarm =
          Alarm.set(
              Eventlet.loop("Timeout.start"),
              "start",
              time,
              () -> instead == null ? this : instead.get());
    }
    return this;
  }

  /** Takes it back, also when it has fired and its owner has not come to a wait; idempotent. */
  public void cancel() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
  }

  /** {@link #cancel}. */
  @Override
  public void close() {
    cancel();
  }

  /** Whether it will still fire. */
  public boolean isPending() {
    return alarm != null && alarm.isPending();
  }

  /** The limit; empty if it never fires. */
  public Optional<Duration> limit() {
    return Optional.ofNullable(limit);
  }

  /** Whether its owner keeps silent about it. */
  public boolean isSilent() {
    return silent;
  }

  /** {@code 2 seconds}: the limit; empty if it never fires. */
  private static String describe(@Nullable Duration limit, boolean silent) {
    if (limit == null) {
      return "";
    }
    BigDecimal seconds = BigDecimal.valueOf(limit.toNanos(), 9).stripTrailingZeros();
    String unit = seconds.compareTo(BigDecimal.ONE) == 0 ? " second" : " seconds";
    return seconds.toPlainString() + unit + (silent ? " (silent)" : "");
  }
}
