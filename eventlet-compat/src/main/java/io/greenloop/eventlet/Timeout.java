package io.greenloop.eventlet;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Handle;
import io.greenloop.Task;
import io.greenloop.ThrowingRunnable;
import java.io.InterruptedIOException;
import java.math.BigDecimal;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;
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
  private transient @Nullable Handle timer;
  private boolean pending;
  private transient @Nullable Runnable
      unheard; // takes back what has been thrown, if nobody caught it

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
      return body.call();
    } catch (Throwable thrown) {
      if (isInterrupt(thrown)) {
        Aio.yieldNow(); // throws what interrupted the foreign code
      }
      throw Sneaky.raise(thrown);
    }
  }

  private static boolean isInterrupt(Throwable thrown) {
    return thrown instanceof InterruptedException
        || thrown instanceof ClosedByInterruptException
        || (thrown instanceof InterruptedIOException && !Timeouts.isTimeout(thrown))
        || thrown instanceof SocketException;
  }

  // ---- using it ----------------------------------------------------------------------------

  /**
   * Starts it again, for the calling task, after it fired or was cancelled.
   *
   * @throws IllegalStateException if it is pending, or not called in a task, or in a suspend task
   */
  public Timeout start() {
    if (pending) {
      throw new IllegalStateException(
          "start: this timeout (" + getMessage() + ") is pending; cancel it first");
    }
    Duration time = limit;
    if (time == null) {
      return this;
    }
    EventLoop loop = EventLoop.current();
    Task<?> owner = Task.currentOrNull();
    if (owner == null) {
      throw new IllegalStateException(
          "start: a timeout on " + loop + " needs a task to be thrown into; spawn one");
    }
    if (!owner.isStackful()) {
      throw new IllegalStateException(
          "start: nothing can be thrown into suspend task '"
              + owner.name()
              + "'; use withTimeout of kotlinx there");
    }
    pending = true;
    timer =
        time.isZero() || time.isNegative()
            ? loop.callSoon(() -> fire(owner)) // before a sleep(0) that comes after it
            : loop.callLater(time, () -> fire(owner));
    return this;
  }

  private void fire(Task<?> owner) {
    pending = false;
    Throwable thrown = instead == null ? this : instead.get();
    unheard = () -> owner.withdrawThrown(thrown);
    owner.throwInto(thrown);
  }

  /** Takes it back, also when it has fired and its owner has not come to a wait; idempotent. */
  public void cancel() {
    pending = false;
    if (unheard != null) {
      unheard.run();
      unheard = null;
    }
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** {@link #cancel}. */
  @Override
  public void close() {
    cancel();
  }

  /** Whether it will still fire. */
  public boolean isPending() {
    return pending;
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
