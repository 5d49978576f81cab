package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Registration;
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

  /** How a wait ends, but for what is thrown into the one who waits. */
  interface End {
    /** The channel is ready. */
    void ready();

    /** It is going to be closed. */
    void closed(IOException why);
  }

  private record Waiting(Task<?> task, End end, List<StackTraceElement> at) {}

  void await(Hub hub, SelectableChannel channel, boolean reads) throws IOException {
    Promise<@Nullable IOException> told = hub.loop().newPromise();
    Registration wait = add(hub, channel, reads, new Told(told));
    IOException closed;
    try {
      closed = told.join();
    } finally {
      wait.remove();
    }
    if (closed != null) {
      throw closed;
    }
  }

  /** Ends the wait for a promise. */
  private record Told(Promise<@Nullable IOException> promise) implements End {
    @Override
    public void ready() {
      promise.tryComplete(null);
    }

    @Override
    public void closed(IOException why) {
      promise.tryComplete(why);
    }
  }

  /** Has {@code end} told once, on behalf of the calling task; what this gives takes it back. */
  Registration add(Hub hub, SelectableChannel channel, boolean reads, End end) {
    WaitQueue.checkMayPark("Hub.await");
    Task<?> me = Task.currentOrNull();
    if (me == null) {
      throw new IllegalStateException("await on " + channel + ": no task");
    }
    EventLoop loop = hub.loop();
    var key = new Key(channel, reads);
    List<Waiting> present = waits.get(key);
    if (present == null) {
      listen(loop, key); // refused: nobody waits
      present = new ArrayList<>();
      waits.put(key, present);
    } else if (EventletDebug.preventsMultipleReaders()) {
      throw second(key, present.getFirst(), me);
    }
    var waiting =
        new Waiting(me, end, List.of(EventletDebug.stackIf(EventletDebug.recordsListenerStacks())));
    present.add(waiting);
    return () -> leave(loop, key, waiting);
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
      waiting.end.ready();
    }
  }

  private boolean leave(EventLoop loop, Key key, Waiting waiting) {
    List<Waiting> present = waits.get(key);
    if (present == null || !present.remove(waiting)) {
      return false;
    }
    if (present.isEmpty()) {
      waits.remove(key);
      if (key.channel.isOpen()) {
        if (key.reads) {
          loop.removeReader(key.channel);
        } else {
          loop.removeWriter(key.channel);
        }
      }
    }
    return true;
  }

  void closed(Hub hub, SelectableChannel channel) {
    for (boolean reads : new boolean[] {true, false}) {
      var key = new Key(channel, reads);
      for (Waiting waiting : List.copyOf(waits.getOrDefault(key, List.of()))) {
        leave(hub.loop(), key, waiting);
        waiting.end.closed(
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
