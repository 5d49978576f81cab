package io.greenloop.gevent;

import io.greenloop.ErrorContext;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.TimeoutLike;
import io.greenloop.eventlet.internal.Alarm;
import io.greenloop.eventlet.internal.Disguise;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A time limit that is thrown into the greenlet which started it, wherever that waits then (Python:
 * {@code gevent.Timeout}). It does not start by itself.
 *
 * <pre>{@code
 * Timeout.run(Duration.ofSeconds(5), () -> socket.receive(1024));   // starts and closes one
 * }</pre>
 *
 * <p>A body that does not wait is never interrupted. Zero, or less, is over when the loop comes to
 * its timers: a {@code sleep(0)} passes, a true wait does not. Whose limit was over is told by
 * identity: each one is a throwable of its own.
 *
 * <p><b>Room:</b> a greenlet, or any other stackful task.
 */
public final class Timeout extends Error implements AutoCloseable, TimeoutLike {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Duration limit;
  private final transient @Nullable Supplier<? extends Throwable> instead;
  private final boolean silent;
  private transient @Nullable Alarm alarm;

  /** Throws itself, {@code limit} after its start. */
  public Timeout(Duration limit) {
    this(limit, null, false, null);
  }

  /** Throws itself, with {@code message} in its text. */
  public Timeout(Duration limit, String message) {
    this(limit, null, false, message);
  }

  /** Throws what {@code instead} makes. */
  public Timeout(Duration limit, Supplier<? extends Throwable> instead) {
    this(limit, instead, false, null);
  }

  private Timeout(
      @Nullable Duration limit,
      @Nullable Supplier<? extends Throwable> instead,
      boolean silent,
      @Nullable String message) {
    super(describe(limit, silent, message));
    this.limit = limit;
    this.instead = instead;
    this.silent = silent;
  }

  /** One that never fires. */
  public static Timeout none() {
    return new Timeout(null, null, false, null);
  }

  /** A wait with a limit of its own was not over in time. */
  static Timeout over(Duration limit) {
    return new Timeout(limit);
  }

  /** Something was asked for that is not there. */
  static Timeout notReady(Object what) {
    return new Timeout(null, null, false, what + " is not ready");
  }

  // ---- starting ----------------------------------------------------------------------------

  /** A new one, started. */
  public static Timeout startNew(Duration limit) {
    return new Timeout(limit).start();
  }

  /** A new one that throws what {@code instead} makes, started. */
  public static Timeout startNew(Duration limit, Supplier<? extends Throwable> instead) {
    return new Timeout(limit, instead).start();
  }

  /** {@code timeout} itself, started if it is not pending. */
  public static Timeout startNew(Timeout timeout) {
    return timeout.isPending() ? timeout : timeout.start();
  }

  /**
   * Starts it, for the calling greenlet; the time counts from now.
   *
   * @return this
   * @throws IllegalStateException if it is pending, in the hub, or in a suspend task
   */
  public Timeout start() {
    if (isPending()) {
      throw new IllegalStateException(
          "start: this timeout (" + getMessage() + ") is pending; cancel it first");
    }
    Duration time = limit;
    if (time != null) {
      Hub hub = Hub.of("Timeout.start");
      alarm = Alarm.set(hub.eventLoop(), "Timeout.start", Waiter.due(time), () -> fire(hub));
    }
    return this;
  }

  private Throwable fire(Hub hub) {
    Alarm fired = alarm;
    if (fired != null && fired.isOrphaned()) {
      hub.eventLoop()
          .report(
              ErrorContext.of(
                  "a timeout (" + getMessage() + ") outlived its greenlet; close each one", null));
    }
    return instead == null ? this : instead.get();
  }

  /** Whether it will still fire. */
  public boolean isPending() {
    Alarm present = alarm;
    return present != null && present.isPending();
  }

  /** Takes it back; it may be started again. Idempotent. */
  public void cancel() {
    Alarm present = alarm;
    alarm = null;
    if (present != null) {
      present.cancel();
    }
  }

  /** {@link #cancel}. */
  @Override
  public void close() {
    cancel();
  }

  // ---- around a body -----------------------------------------------------------------------

  /**
   * Runs {@code body} with a time limit (Python: the {@code with} block).
   *
   * @throws Timeout when the limit is over; also one of somebody else
   */
  public static <T extends @Nullable Object> T run(Duration limit, Callable<? extends T> body) {
    return new Timeout(limit).around(body);
  }

  /** {@link #run(Duration, Callable)} for a body without a result. */
  @kotlin.internal.LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public static void run(Duration limit, ThrowingRunnable body) {
    new Timeout(limit).around(Gevent.callable(body));
  }

  /**
   * Runs {@code body} with a time limit, and is silent about it when that is over (Python: {@code
   * Timeout(seconds, False)}).
   *
   * @return whether {@code body} ended before
   */
  public static boolean silent(Duration limit, ThrowingRunnable body) {
    var own = new Timeout(limit, null, true, null);
    try {
      own.around(Gevent.callable(body));
      return true;
    } catch (Timeout over) {
      if (over != own) {
        throw over;
      }
      return false;
    }
  }

  /** Runs {@code body} with this limit, started unless it is, and closed at the end. */
  public <T extends @Nullable Object> T around(Callable<? extends T> body) {
    startNew(this);
    try (this) {
      return Disguise.<T>unmasked(body);
    }
  }

  /** The limit; empty if it never fires. */
  public Optional<Duration> limit() {
    return Optional.ofNullable(limit);
  }

  /** Whether its block keeps silent about it. */
  public boolean isSilent() {
    return silent;
  }

  /** {@code 2 seconds: too slow}; empty if it never fires and has no message. */
  private static @Nullable String describe(
      @Nullable Duration limit, boolean silent, @Nullable String message) {
    if (limit == null) {
      return message;
    }
    BigDecimal seconds = BigDecimal.valueOf(limit.toNanos(), 9).stripTrailingZeros();
    String unit = seconds.compareTo(BigDecimal.ONE) == 0 ? " second" : " seconds";
    return seconds.toPlainString()
        + unit
        + (silent ? " (silent)" : message == null ? "" : ": " + message);
  }
}
