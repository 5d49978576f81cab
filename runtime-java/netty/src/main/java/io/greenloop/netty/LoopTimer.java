package io.greenloop.netty;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Netty's timer on an event loop, in place of one with a thread of its own. Any thread. */
final class LoopTimer implements Timer {
  private static final System.Logger LOG = System.getLogger("io.greenloop");

  private final EventExecutor executor;
  private final Set<Timeout> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  LoopTimer(EventExecutor executor) {
    this.executor = executor;
  }

  @Override
  public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(unit, "unit");
    if (stopped) {
      throw new IllegalStateException("newTimeout: the timer was stopped");
    }
    var timeout = new Pending(task);
    pending.add(timeout); // first: with no delay it may be over before this returns
    timeout.scheduled = executor.schedule(timeout::expire, Math.max(0, delay), unit);
    return timeout;
  }

  @Override
  public Set<Timeout> stop() {
    stopped = true;
    Set<Timeout> left = ConcurrentHashMap.newKeySet();
    for (Timeout each : pending) {
      if (each.cancel()) {
        left.add(each);
      }
    }
    return left;
  }

  private enum State {
    PENDING,
    EXPIRED,
    CANCELLED
  }

  private final class Pending implements Timeout {
    private final TimerTask task;
    private final AtomicReference<State> state = new AtomicReference<>(State.PENDING);
    private volatile @Nullable Future<?> scheduled;

    Pending(TimerTask task) {
      this.task = task;
    }

    void expire() {
      if (end(State.EXPIRED)) {
        try {
          task.run(this);
        } catch (Throwable thrown) { // as every timer of Netty's does
          LOG.log(System.Logger.Level.WARNING, "a timer task has failed: " + task, thrown);
        }
      }
    }

    private boolean end(State reached) {
      boolean first = state.compareAndSet(State.PENDING, reached);
      if (first) {
        pending.remove(this);
      }
      return first;
    }

    @Override
    public boolean cancel() {
      boolean cancelled = end(State.CANCELLED);
      Future<?> known = scheduled;
      if (cancelled && known != null) {
        known.cancel(false);
      }
      return cancelled;
    }

    @Override
    public Timer timer() {
      return LoopTimer.this;
    }

    @Override
    public TimerTask task() {
      return task;
    }

    @Override
    public boolean isExpired() {
      return state.get() == State.EXPIRED;
    }

    @Override
    public boolean isCancelled() {
      return state.get() == State.CANCELLED;
    }
  }
}
