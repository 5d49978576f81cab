package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Limits;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Single functions of eventlet's green modules that have no better home. */
public final class Green {
  private Green() {}

  /** Which channels of a {@link #select} are ready; none when its time was over. */
  public record Ready(List<SelectableChannel> reads, List<SelectableChannel> writes) {
    /** Whether the time was over. */
    public boolean isEmpty() {
      return reads.isEmpty() && writes.isEmpty();
    }
  }

  /**
   * Waits until one of the channels, in non-blocking mode, can be read or written (Python: {@code
   * eventlet.green.select.select}). Room: loop, in a task.
   *
   * @param limit null for none; zero looks only
   */
  public static Ready select(
      Collection<? extends SelectableChannel> reads,
      Collection<? extends SelectableChannel> writes,
      @Nullable Duration limit) {
    EventLoop loop = Eventlet.loop("Green.select");
    var ready = new Ready(new ArrayList<>(), new ArrayList<>());
    var any = new Event<Boolean>();
    try {
      reads.forEach(c -> loop.addReader(c, () -> found(ready.reads, c, any)));
      writes.forEach(c -> loop.addWriter(c, () -> found(ready.writes, c, any)));
      Eventlet.waiting(
          () -> {
            if (limit == null) {
              any.await();
            } else {
              Limits.within("Green.select", atLeastAPoll(limit), any::await);
            }
          });
    } finally {
      reads.forEach(loop::removeReader);
      writes.forEach(loop::removeWriter);
    }
    return ready;
  }

  /** A turn does not poll when something is ready: a moment makes sure that one does. */
  private static Duration atLeastAPoll(Duration limit) {
    return limit.isPositive() ? limit : Duration.ofMillis(1);
  }

  private static void found(
      List<SelectableChannel> ready, SelectableChannel channel, Event<Boolean> any) {
    if (!ready.contains(channel)) {
      ready.add(channel);
    }
    if (!any.isReady()) {
      any.send(true);
    }
  }

  /** Each job is a green thread (Python: threads of {@code eventlet.green.threading}). */
  public static Executor threads() {
    return job -> Eventlet.spawn((ThrowingRunnable) job::run);
  }
}
