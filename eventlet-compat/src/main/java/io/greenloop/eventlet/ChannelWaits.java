package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who waits for the readiness of which channel, on one hub. Loop room. */
final class ChannelWaits {
  private final Map<Key, List<Waiting>> waits = new LinkedHashMap<>();

  private record Key(SelectableChannel channel, boolean reads) {}

  private record Waiting(
      Task<?> task, Promise<@Nullable IOException> end, List<StackTraceElement> at) {}

  void await(Hub hub, SelectableChannel channel, boolean reads) throws IOException {
    WaitQueue.checkMayPark("Hub.await");
    Task<?> me = Task.currentOrNull();
    if (me == null) {
      throw new IllegalStateException("await on " + channel + ": no task");
    }
    var key = new Key(channel, reads);
    List<Waiting> present = waits.computeIfAbsent(key, k -> new ArrayList<>());
    if (!present.isEmpty() && EventletDebug.preventsMultipleReaders()) {
      throw second(key, present.getFirst(), me);
    }
    EventLoop loop = hub.loop();
    var waiting =
        new Waiting(
            me,
            loop.newPromise(),
            List.of(EventletDebug.stackIf(EventletDebug.recordsListenerStacks())));
    present.add(waiting);
    if (present.size() == 1) {
      listen(loop, key);
    }
    IOException closed;
    try {
      closed = waiting.end.join();
    } finally {
      leave(loop, key, waiting);
    }
    if (closed != null) {
      throw closed;
    }
  }

  private void listen(EventLoop loop, Key key) {
    Runnable ready = () -> ready(loop, key);
    if (key.reads) {
      loop.addReader(key.channel, ready);
    } else {
      loop.addWriter(key.channel, ready);
    }
  }

  private void ready(EventLoop loop, Key key) {
    for (Waiting waiting : List.copyOf(waits.getOrDefault(key, List.of()))) {
      leave(loop, key, waiting);
      waiting.end.tryComplete(null);
    }
  }

  private void leave(EventLoop loop, Key key, Waiting waiting) {
    List<Waiting> present = waits.get(key);
    if (present != null && present.remove(waiting) && present.isEmpty()) {
      waits.remove(key);
      if (key.channel.isOpen()) {
        if (key.reads) {
          loop.removeReader(key.channel);
        } else {
          loop.removeWriter(key.channel);
        }
      }
    }
  }

  void closed(Hub hub, SelectableChannel channel) {
    for (boolean reads : new boolean[] {true, false}) {
      var key = new Key(channel, reads);
      for (Waiting waiting : List.copyOf(waits.getOrDefault(key, List.of()))) {
        leave(hub.loop(), key, waiting);
        waiting.end.tryComplete(
            new IOClosedException(
                channel + " was closed while green thread '" + waiting.task.name() + "' waited"));
      }
    }
  }

  List<Hub.Listener> listeners() {
    List<Hub.Listener> all = new ArrayList<>();
    waits.forEach(
        (key, list) ->
            list.forEach(
                w ->
                    all.add(
                        new Hub.Listener(
                            key.channel,
                            key.reads,
                            "green thread '" + w.task.name() + "'",
                            w.at))));
    return all;
  }

  private static IllegalStateException second(Key key, Waiting first, Task<?> second) {
    var refused =
        new IllegalStateException(
            (key.reads ? "second simultaneous read on " : "second simultaneous write on ")
                + key.channel
                + ": green thread '"
                + first.task.name()
                + "' already waits, green thread '"
                + second.name()
                + "' may not; give each its own channel, or allow it by"
                + " EventletDebug.hubPreventMultipleReaders(false)");
    if (!first.at.isEmpty()) {
      var there = new Throwable("where green thread '" + first.task.name() + "' waits");
      there.setStackTrace(first.at.toArray(StackTraceElement[]::new));
      refused.initCause(there);
    }
    return refused;
  }
}
