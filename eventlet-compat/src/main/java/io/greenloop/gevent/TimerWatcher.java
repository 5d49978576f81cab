package io.greenloop.gevent;

import io.greenloop.TimerHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Fires when its time has come; see {@link Loop#timer}. */
public final class TimerWatcher extends Watcher {
  private final Duration after;
  private final Duration repeat;
  private @Nullable TimerHandle timer;

  TimerWatcher(Hub hub, Duration after, Duration repeat) {
    super(hub);
    if (repeat.isNegative()) {
      throw new IllegalArgumentException("timer: repeat = " + repeat + " (expected >= 0)");
    }
    this.after = after;
    this.repeat = repeat;
  }

  @Override
  void begin() {
    set(after);
  }

  private void set(Duration delay) {
    TimerHandle made = hub().eventLoop().callLater(Waiter.due(delay), this::due);
    timer = isRef() ? made : made.unref();
  }

  private void due() {
    timer = null;
    if (!repeat.isZero()) {
      set(repeat);
      fire();
    } else {
      fireLast();
    }
  }

  /**
   * Starts its repetition anew: it fires {@code repeat} from now; without a repetition it stops
   * (Python: {@code again}).
   */
  public void again(Runnable callback) {
    if (repeat.isZero()) {
      stop();
      return;
    }
    start(callback);
    end();
    set(repeat);
  }

  @Override
  void end() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
