package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.Registration;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.eventlet.internal.Life;
import io.greenloop.greenlet.Greenlet;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * eventlet's face of the loop (Python: {@code eventlet.hubs}): timers, suspension, readiness of
 * channels. One for each loop; a plain thread gets a loop of its own on demand, which runs while
 * that thread waits.
 *
 * <p><b>Room:</b> loop, or its set-up.
 */
public final class Hub implements AutoCloseable {
  private static final Map<EventLoop, Hub> HUBS = new WeakHashMap<>();

  final Set<Timer> timers = new LinkedHashSet<>();
  private final WeakReference<EventLoop> loop; // its key in HUBS
  private final Map<Greenlet, WaitQueue<@Nullable Object, @Nullable Void>> suspended =
      new HashMap<>();
  private final ChannelWaits channels = new ChannelWaits();

  private Hub(EventLoop loop) {
    this.loop = new WeakReference<>(loop);
  }

  // ---- finding -----------------------------------------------------------------------------

  /** The hub of the calling line; on a plain thread its own, made on demand. */
  public static Hub current() {
    return of(Eventlet.loop("Hub.current"));
  }

  static Hub of(EventLoop loop) {
    synchronized (HUBS) {
      return HUBS.computeIfAbsent(loop, Hub::new);
    }
  }

  /**
   * There is one kind of hub: says so in the log, and does nothing (Python: {@code use_hub}, {@code
   * EVENTLET_HUB}). What polls is chosen by {@code -Dgreenloop.engine}.
   */
  public static void use(String name) {
    System.getLogger("io.greenloop")
        .log(
            System.Logger.Level.INFO,
            "Hub.use(\""
                + name
                + "\"): there is one hub, the loop; choose an engine by -Dgreenloop.engine");
  }

  /** The loop it is the face of. */
  public EventLoop loop() {
    return Objects.requireNonNull(loop.get(), "the loop of this hub is gone");
  }

  // ---- timers ------------------------------------------------------------------------------

  /**
   * Calls {@code callback}, which must not wait, {@code delay} from now. Equal times keep their
   * order. What it throws is reported, and the hub goes on.
   */
  public Timer scheduleGlobal(Duration delay, Runnable callback) {
    return new Timer(this, delay, callback, null);
  }

  /** {@link #scheduleGlobal}, but not if the calling green thread has ended by then. */
  public Timer scheduleLocal(Duration delay, Runnable callback) {
    Task<?> owner = Task.currentOrNull();
    return new Timer(this, delay, callback, owner == null ? null : () -> !owner.isDone());
  }

  Timer schedule(Duration delay, Runnable callback, @Nullable Life life) {
    return new Timer(this, delay, callback, life);
  }

  /** How many timers wait for their time. */
  public int timersCount() {
    return timers.size();
  }

  // ---- suspending --------------------------------------------------------------------------

  /**
   * Suspends the calling greenlet until {@link #resume}, or a throwable that is thrown into it
   * (Python: {@code hub.switch()}).
   *
   * @return what {@code resume} was given
   * @throws IllegalStateException in a callback
   */
  public @Nullable Object suspend() {
    Greenlet me = Eventlet.current();
    if (Task.currentOrNull() == null) {
      throw new IllegalStateException(
          "suspend: called in the hub itself, which runs the callbacks; spawn a green thread");
    }
    var place =
        new WaitQueue<@Nullable Object, @Nullable Void>("a switch to " + me, (value, none) -> {});
    suspended.put(me, place);
    try {
      return place.park("Hub.suspend", null);
    } finally {
      suspended.remove(me);
    }
  }

  /**
   * Resumes a greenlet that is in {@link #suspend}: in a callback at once, in a green thread in the
   * next turn (Python: {@code g.switch(value)} by the hub).
   *
   * @return false if it is not suspended there
   */
  public boolean resume(Greenlet suspended, @Nullable Object value) {
    var place = this.suspended.get(suspended);
    if (place == null || place.isEmpty()) {
      return false;
    }
    if (Eventlet.isInCallback()) {
      place.runFirst(value);
    } else {
      loop()
          .callSoon(
              () -> {
                if (!place.isEmpty()) {
                  place.runFirst(value);
                }
              });
    }
    return true;
  }

  // ---- channels ----------------------------------------------------------------------------

  /**
   * Waits until {@code channel}, in non-blocking mode, can be read (Python: {@code trampoline}).
   *
   * @throws IllegalStateException if another green thread waits for that, unless {@link
   *     EventletDebug#hubPreventMultipleReaders} allows it
   * @throws IOClosedException if it was closed by {@link #notifyClose} meanwhile
   */
  public void awaitReadable(SelectableChannel channel) throws IOException {
    Eventlet.waiting(() -> channels.await(this, channel, true));
  }

  /** {@link #awaitReadable(SelectableChannel)}; throws a {@link Timeout} after {@code limit}. */
  public void awaitReadable(SelectableChannel channel, Duration limit) throws IOException {
    try (var _ = Timeout.start(limit)) {
      awaitReadable(channel);
    }
  }

  /** {@link #awaitReadable(SelectableChannel)} for room to write. */
  public void awaitWritable(SelectableChannel channel) throws IOException {
    Eventlet.waiting(() -> channels.await(this, channel, false));
  }

  /** {@link #awaitWritable(SelectableChannel)}; throws a {@link Timeout} after {@code limit}. */
  public void awaitWritable(SelectableChannel channel, Duration limit) throws IOException {
    try (var _ = Timeout.start(limit)) {
      awaitWritable(channel);
    }
  }

  /**
   * Has {@code end} told once of what happens to {@code channel}; what this gives takes it back.
   */
  Registration watch(SelectableChannel channel, boolean reads, ChannelWaits.End end) {
    return channels.add(this, channel, reads, end);
  }

  /** {@code channel} is going to be closed: who waits for it gets an {@link IOClosedException}. */
  public void notifyClose(SelectableChannel channel) {
    channels.closed(this, channel);
  }

  /** Nothing to do: a channel has an identity, where a descriptor's number is used again. */
  public void notifyOpened(SelectableChannel channel) {
    Objects.requireNonNull(channel, "channel");
  }

  /** Who waits for which channel, for debugging. */
  public List<Listener> listeners() {
    return channels.listeners();
  }

  /** Who waits for a channel to be read, for debugging (Python: {@code get_readers}). */
  public List<Listener> readers() {
    return channels.listeners().stream().filter(Listener::reads).toList();
  }

  /** Who waits for a channel to be written, for debugging (Python: {@code get_writers}). */
  public List<Listener> writers() {
    return channels.listeners().stream().filter(l -> !l.reads()).toList();
  }

  /**
   * Somebody who waits for a channel.
   *
   * @param channel what is waited for
   * @param reads for data, or for room to write
   * @param who the green thread, in words
   * @param stack where it waits; empty unless {@link EventletDebug#hubListenerStacks} is on
   */
  public record Listener(
      SelectableChannel channel, boolean reads, String who, List<StackTraceElement> stack) {}

  // ---- ending ------------------------------------------------------------------------------

  /**
   * Discards the timers that were made by this hub and by {@code spawnAfter}; what else runs on the
   * loop goes on (Python: {@code abort}).
   */
  public void stop() {
    Collection<Timer> waiting = List.copyOf(timers);
    waiting.forEach(Timer::cancel);
  }

  /** {@link #stop}; and if this is a plain thread's own hub, ends that with all that is left. */
  @Override
  public void close() {
    stop();
    if (!loop().isRunning()) {
      Hubs.closeOwn();
    }
  }

  @Override
  public String toString() {
    return "hub of " + loop.get();
  }
}
