package io.greenloop.eventlet;

import io.greenloop.Registration;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Limits;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
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
   * @throws IllegalStateException if another green thread waits for one of them, as in {@link
   *     Hub#awaitReadable(SelectableChannel)}; an {@link IOClosedException} leaves this, too
   */
  public static Ready select(
      Collection<? extends SelectableChannel> reads,
      Collection<? extends SelectableChannel> writes,
      @Nullable Duration limit) {
    return Eventlet.awaiting(() -> selected(reads, writes, limit));
  }

  private static Ready selected(
      Collection<? extends SelectableChannel> reads,
      Collection<? extends SelectableChannel> writes,
      @Nullable Duration limit) {
    Hub hub = Hub.current();
    var ready = new Ready(new ArrayList<>(), new ArrayList<>());
    var any = new Event<Boolean>();
    List<Registration> waits = new ArrayList<>();
    try {
      new LinkedHashSet<>(reads)
          .forEach(c -> waits.add(hub.watch(c, true, new Found(ready.reads, c, any))));
      new LinkedHashSet<>(writes)
          .forEach(c -> waits.add(hub.watch(c, false, new Found(ready.writes, c, any))));
      if (limit == null) {
        any.await();
      } else {
        Limits.within("Green.select", atLeastAPoll(limit), any::await);
      }
    } finally {
      waits.forEach(Registration::remove);
    }
    return ready;
  }

  /** A turn does not poll when something is ready: a moment makes sure that one does. */
  private static Duration atLeastAPoll(Duration limit) {
    return limit.isPositive() ? limit : Duration.ofMillis(1);
  }

  /** What one channel of a select says. */
  private record Found(List<SelectableChannel> into, SelectableChannel channel, Event<Boolean> any)
      implements ChannelWaits.End {
    @Override
    public void ready() {
      into.add(channel);
      if (!any.isReady()) {
        any.send(true);
      }
    }

    @Override
    public void closed(IOException why) {
      if (!any.isReady()) {
        any.sendException(why);
      }
    }
  }

  /** Each job is a green thread (Python: threads of {@code eventlet.green.threading}). */
  public static Executor threads() {
    return job -> Eventlet.spawn((ThrowingRunnable) job::run);
  }
}
