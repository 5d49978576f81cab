package io.greenloop.gevent;

import io.greenloop.eventlet.internal.Sneaky;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waiting for channels (Python: {@code gevent.select}). In a greenlet. */
public final class Select {
  private Select() {}

  /**
   * What is ready.
   *
   * @param readable there is something to read, or to accept
   * @param writable there is room to write
   */
  public record Ready(List<SelectableChannel> readable, List<SelectableChannel> writable) {
    /** Whether nothing is. */
    public boolean isEmpty() {
      return readable.isEmpty() && writable.isEmpty();
    }
  }

  /** Waits until one of the channels is ready. They are in non-blocking mode from then on. */
  public static Ready select(
      Iterable<? extends SelectableChannel> readers,
      Iterable<? extends SelectableChannel> writers) {
    return within(readers, writers, null);
  }

  /**
   * {@link #select(Iterable, Iterable)}, at most {@code limit}; with zero others still get a turn.
   *
   * @return what is ready; nothing when the time is over
   * @throws IllegalArgumentException if {@code limit} is negative
   */
  public static Ready select(
      Iterable<? extends SelectableChannel> readers,
      Iterable<? extends SelectableChannel> writers,
      Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("select: limit = " + limit + " (expected >= 0)");
    }
    return within(readers, writers, limit);
  }

  private static Ready within(
      Iterable<? extends SelectableChannel> readers,
      Iterable<? extends SelectableChannel> writers,
      @Nullable Duration limit) {
    Hub hub = Hub.of("select");
    hub.checkMayWait("select");
    Set<SelectableChannel> readable = new LinkedHashSet<>();
    Set<SelectableChannel> writable = new LinkedHashSet<>();
    List<IoWatcher> watchers = new ArrayList<>();
    Event any = new Event();
    try {
      for (SelectableChannel channel : readers) {
        watch(hub, channel, Loop.READ, readable, any, watchers);
      }
      for (SelectableChannel channel : writers) {
        watch(hub, channel, Loop.WRITE, writable, any, watchers);
      }
      if (limit == null) {
        any.await();
      } else {
        any.await(limit.isZero() ? Duration.ofMillis(1) : limit); // a turn that polls
      }
    } finally {
      watchers.forEach(IoWatcher::close);
    }
    return new Ready(List.copyOf(readable), List.copyOf(writable));
  }

  private static void watch(
      Hub hub,
      SelectableChannel channel,
      int events,
      Set<SelectableChannel> ready,
      Event any,
      List<IoWatcher> watchers) {
    IoWatcher watcher = hub.loop().io(channel, events);
    watchers.add(watcher);
    watcher.start(
        () -> {
          ready.add(channel);
          any.set();
        });
  }

  static void await(
      SelectableChannel channel,
      int events,
      @Nullable Duration limit,
      @Nullable Supplier<? extends Throwable> whenOver) {
    Hub hub = Hub.of("await");
    try (IoWatcher watcher = hub.loop().io(channel, events)) {
      if (!watcher.awaitWithin(hub, limit)) {
        throw Sneaky.raise(
            whenOver != null ? whenOver.get() : new SocketTimeoutException("timed out"));
      }
    }
  }
}
