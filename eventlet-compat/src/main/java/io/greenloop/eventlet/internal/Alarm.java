package io.greenloop.eventlet.internal;

import io.greenloop.EventLoop;
import io.greenloop.Handle;
import io.greenloop.Task;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Throws something into a task later, wherever that waits then; until it is taken back. Loop room,
 * or set-up.
 */
public final class Alarm {
  private final EventLoop loop;
  private final @Nullable Task<?> owner; // null: the main green thread, whichever task that is
  private final Supplier<? extends Throwable> failure;
  private @Nullable Handle timer;
  private boolean pending = true;
  private @Nullable Runnable unheard; // takes back what was thrown, if nobody caught it

  private Alarm(EventLoop loop, @Nullable Task<?> owner, Supplier<? extends Throwable> failure) {
    this.loop = loop;
    this.owner = owner;
    this.failure = failure;
  }

  /**
   * An alarm for the calling code, {@code delay} from now; zero or less: before a {@code sleep(0)}
   * that comes after it.
   *
   * @param operation the name of the call, for errors
   * @throws IllegalStateException in a callback, and in a suspend task
   */
  public static Alarm set(
      EventLoop loop, String operation, Duration delay, Supplier<? extends Throwable> failure) {
    Task<?> owner = Task.currentOrNull();
    if (owner == null && loop.isRunning()) {
      throw new IllegalStateException(
          operation + ": a timeout on " + loop + " needs a task to be thrown into; spawn one");
    }
    if (owner != null && !owner.isStackful()) {
      throw new IllegalStateException(
          operation
              + ": nothing can be thrown into suspend task '"
              + owner.name()
              + "'; use withTimeout of kotlinx there");
    }
    var alarm = new Alarm(loop, owner, failure);
    alarm.timer =
        delay.isZero() || delay.isNegative()
            ? loop.callSoon(alarm::fire)
            : loop.callLater(delay, alarm::fire);
    return alarm;
  }

  private void fire() {
    pending = false;
    Task<?> target = owner != null ? owner : Hubs.main(loop);
    if (target == null) {
      return; // main does not wait
    }
    Throwable thrown = failure.get();
    unheard = () -> target.withdrawThrown(thrown);
    target.throwInto(thrown);
  }

  /** Whether it will still fire. */
  public boolean isPending() {
    return pending;
  }

  /** Whether its owner has ended, so that nobody will hear it. */
  public boolean isOrphaned() {
    return owner != null && owner.isDone();
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
}
