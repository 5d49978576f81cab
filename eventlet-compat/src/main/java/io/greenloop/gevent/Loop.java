package io.greenloop.gevent;

import io.greenloop.Handle;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A loop as gevent sees it: callbacks, and watchers of what happens outside (Python: {@code
 * hub.loop}).
 *
 * <p><b>Order:</b> callbacks run in the order in which they were queued; what a callback queues
 * runs in the next turn; timers that are due queue behind what is ready, then channels.
 *
 * <p><b>Room:</b> the loop; {@link #post} from any thread.
 */
public final class Loop {
  /** For {@link #io}: there is something to read, or to accept. */
  public static final int READ = 1;

  /** For {@link #io}: there is room to write, or a connection attempt is over. */
  public static final int WRITE = 2;

  private final Hub hub;
  private final IoWatches watches;
  private final SignalWatches signals;

  Loop(Hub hub) {
    this.hub = hub;
    watches = new IoWatches(hub);
    signals = new SignalWatches(hub);
  }

  Hub hub() {
    return hub;
  }

  IoWatches watches() {
    return watches;
  }

  SignalWatches signals() {
    return signals;
  }

  // ---- callbacks ---------------------------------------------------------------------------

  /** Queues {@code callback} behind what is ready (Python: {@code run_callback}). */
  public Handle callSoon(Runnable callback) {
    return hub.eventLoop().callSoon(callback);
  }

  /** {@link #callSoon} from any thread (Python: {@code run_callback_threadsafe}). */
  public void post(Runnable callback) {
    hub.checkAlive("post");
    hub.eventLoop().callSoonThreadsafe(callback);
  }

  /** Now, on the loop's clock: monotonic, from an arbitrary origin. Any thread. */
  public Duration now() {
    return hub.eventLoop().time();
  }

  // ---- watchers ----------------------------------------------------------------------------

  /** Fires once, {@code after} its start. */
  public TimerWatcher timer(Duration after) {
    return new TimerWatcher(hub, after, Duration.ZERO);
  }

  /** Fires {@code after} its start, and then every {@code repeat}; zero: once. */
  public TimerWatcher timer(Duration after, Duration repeat) {
    return new TimerWatcher(hub, after, repeat);
  }

  /**
   * Fires in each turn that finds {@code channel} ready. A channel may have several.
   *
   * @param events {@link #READ}, {@link #WRITE}, or both
   * @throws IllegalArgumentException if the channel is closed, or {@code events} are none
   */
  public IoWatcher io(SelectableChannel channel, int events) {
    return new IoWatcher(hub, channel, events);
  }

  /** Fires when another thread calls {@link AsyncWatcher#send}. */
  public AsyncWatcher async() {
    return new AsyncWatcher(hub);
  }

  /** Fires once when nothing else is ready. */
  public IdleWatcher idle() {
    return new IdleWatcher(hub);
  }

  /** Fires at each signal of the operating system, by its name without SIG. */
  public SignalWatcher signal(String name) {
    return new SignalWatcher(hub, name);
  }

  /** Fires once, when {@code process} has ended. */
  public ChildWatcher child(Process process) {
    return new ChildWatcher(hub, process);
  }

  /** Fires when the file at {@code path} changes, appears or goes; looked at every second. */
  public StatWatcher stat(Path path) {
    return stat(path, Duration.ofSeconds(1));
  }

  /** {@link #stat(Path)}, looked at every {@code interval}. */
  public StatWatcher stat(Path path, Duration interval) {
    return new StatWatcher(hub, path, interval);
  }

  @Override
  public String toString() {
    return "loop of " + hub;
  }
}
