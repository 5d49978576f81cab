package io.greenloop.gevent;

import io.greenloop.Registration;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shares out what the loop says of a channel: the loop has one callback for each direction. */
final class IoWatches {
  private final Hub hub;
  private final Map<SelectableChannel, Side> readers = new HashMap<>();
  private final Map<SelectableChannel, Side> writers = new HashMap<>();

  /** Those who watch one direction of one channel. */
  private static final class Side {
    final List<IoWatcher> watchers = new ArrayList<>(1);
    @Nullable Registration registration;

    void ready() {
      for (IoWatcher each : List.copyOf(watchers)) {
        if (watchers.contains(each)) {
          each.fire();
        }
      }
    }
  }

  IoWatches(Hub hub) {
    this.hub = hub;
  }

  void add(SelectableChannel channel, int events, IoWatcher watcher) {
    if ((events & Loop.READ) != 0) {
      Side side = readers.computeIfAbsent(channel, c -> new Side());
      side.watchers.add(watcher);
      if (side.registration == null) {
        side.registration = hub.eventLoop().addReader(channel, side::ready);
      }
    }
    if ((events & Loop.WRITE) != 0) {
      Side side = writers.computeIfAbsent(channel, c -> new Side());
      side.watchers.add(watcher);
      if (side.registration == null) {
        side.registration = hub.eventLoop().addWriter(channel, side::ready);
      }
    }
  }

  void remove(SelectableChannel channel, IoWatcher watcher) {
    removeFrom(readers, channel, watcher);
    removeFrom(writers, channel, watcher);
  }

  private static void removeFrom(
      Map<SelectableChannel, Side> sides, SelectableChannel channel, IoWatcher watcher) {
    Side side = sides.get(channel);
    if (side != null && side.watchers.remove(watcher) && side.watchers.isEmpty()) {
      sides.remove(channel);
      if (side.registration != null) {
        side.registration.remove();
      }
    }
  }

  /** Those who watch {@code channel} now, each once. */
  List<IoWatcher> of(SelectableChannel channel) {
    List<IoWatcher> all = new ArrayList<>();
    for (Map<SelectableChannel, Side> sides : List.of(readers, writers)) {
      Side side = sides.get(channel);
      if (side != null) {
        for (IoWatcher each : side.watchers) {
          if (!all.contains(each)) {
            all.add(each);
          }
        }
      }
    }
    return all;
  }
}
