package io.greenloop.gevent;

import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.Handle;
import io.greenloop.Registration;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.greenlet.GreenletExit;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What gevent knows of a loop (Python: {@code gevent.hub.Hub}). One per loop; made when it is first
 * asked for.
 *
 * <p>Callbacks, timers and raw links run in the hub: code there must not wait. A wait suspends the
 * greenlet, and the hub goes on with whatever is ready.
 *
 * <p>Differs from gevent: a hub lives as long as its loop, which may serve others, so it cannot be
 * destroyed.
 *
 * <p><b>Room:</b> the loop, unless a method says otherwise.
 */
public final class Hub {
  private static final Map<EventLoop, Hub> HUBS = new ConcurrentHashMap<>();
  private static final AtomicInteger COUNTER = new AtomicInteger();
  private static volatile @Nullable Hub latest;

  private final EventLoop eventLoop;
  private final Loop loop;
  private final int id = COUNTER.incrementAndGet();
  private final Idents idents = new Idents();
  private final IdlePump idlePump;
  private final SwitchPoint mainPoint;
  private volatile String name = "";
  private @Nullable ErrorHandler errorHandler;
  private @Nullable ThreadPool threadPool;
  private @Nullable Resolver resolver;
  private @Nullable PeriodicMonitor monitor;

  /** Gets what went wrong where no caller can be told. */
  @FunctionalInterface
  public interface ErrorHandler {
    /**
     * Somebody threw. In the hub: must not wait.
     *
     * @param context who: a greenlet, a link, a watcher
     */
    void handle(Object context, Throwable thrown);
  }

  private Hub(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
    loop = new Loop(this);
    idlePump = new IdlePump(this);
    mainPoint = new SwitchPoint(this);
  }

  // ---- finding -----------------------------------------------------------------------------

  /** The hub of the calling line's loop; on a plain thread one is made on demand. */
  static Hub of(String operation) {
    return of(Hubs.loop(operation, RunOptions.DEFAULT));
  }

  /** The hub of {@code loop}. Any thread. */
  static Hub of(EventLoop loop) {
    Hub last = latest;
    if (last != null && last.eventLoop == loop) {
      return last;
    }
    Hub hub = HUBS.get(loop);
    if (hub == null) {
      HUBS.keySet().removeIf(EventLoop::isClosed);
      hub = HUBS.computeIfAbsent(loop, Hub::new);
    }
    latest = hub;
    return hub;
  }

  /** The hub of the calling line, or null where no loop is. */
  static @Nullable Hub hereOrNull() {
    EventLoop loop = EventLoop.currentOrNull();
    return loop == null ? null : of(loop);
  }

  // ---- what belongs to it ------------------------------------------------------------------

  /** The loop as gevent sees it: watchers and callbacks. Any thread. */
  public Loop loop() {
    return loop;
  }

  /** The loop itself. Any thread. */
  public EventLoop eventLoop() {
    return eventLoop;
  }

  /** Its number: hubs are counted from 1. Any thread. */
  public int id() {
    return id;
  }

  /** Its name; empty at first. Any thread. */
  public String name() {
    return name;
  }

  /** Names it, for reports. Any thread. */
  public void setName(String name) {
    this.name = name;
  }

  /** The main greenlet's task: what the present run waits for. Any thread. */
  public Optional<Task<?>> main() {
    Task<?> main = Hubs.main(eventLoop);
    return main != null ? Optional.of(main) : eventLoop.mainTask();
  }

  /** Whether it is the first hub of this JVM; Python asks for that of the main thread. */
  public boolean isMainHub() {
    return id == 1;
  }

  /** The pool of threads that belongs to this hub, made at the first call. */
  public ThreadPool threadPool() {
    ThreadPool pool = threadPool;
    if (pool == null) {
      pool = new ThreadPool(GeventConfig.threadPoolSize(), this);
      threadPool = pool;
      eventLoop.onShutdown(pool::kill);
    }
    return pool;
  }

  /** Looks names up, without holding the loop. */
  public Resolver resolver() {
    Resolver present = resolver;
    if (present == null) {
      present = new Resolver(this);
      resolver = present;
    }
    return present;
  }

  Idents idents() {
    return idents;
  }

  // ---- suspending --------------------------------------------------------------------------

  /**
   * Suspends the calling greenlet until somebody switches to it, by {@link Greenlet#switchTo} or by
   * a {@link Resumer} (Python: {@code hub.switch()}).
   *
   * @return what was sent
   * @throws BlockingSwitchOutError in the hub
   */
  public @Nullable Object suspend() {
    return pointHere("Hub.suspend").suspend();
  }

  /**
   * A token by which somebody else resumes the calling greenlet, once, when that is in {@link
   * #suspend}.
   */
  public Resumer resumer() {
    return new Resumer(pointHere("Hub.resumer"));
  }

  private SwitchPoint pointHere(String operation) {
    Task<?> task = Task.currentOrNull();
    if (task == null) {
      checkMayWait(operation);
      return mainPoint;
    }
    return SwitchPoint.of(this, task);
  }

  /** Calls {@code body}, which waits; on a plain thread that thread's own hub runs meanwhile. */
  static <T extends @Nullable Object> T waiting(Callable<? extends T> body) {
    return Hubs.<T>waiting(RunOptions.DEFAULT, body);
  }

  /** {@link #waiting(Callable)} for a body without a result. */
  static void waiting(ThrowingRunnable body) {
    Hub.<@Nullable Void>waiting(Gevent.callable(body));
  }

  /** Refuses a wait in the hub. */
  void checkMayWait(String operation) {
    if (Task.currentOrNull() == null
        && eventLoop.isRunning()
        && EventLoop.currentOrNull() == eventLoop) {
      throw new BlockingSwitchOutError(
          operation
              + ": a callback of "
              + this
              + " cannot wait; spawn a greenlet for code that does");
    }
  }

  /** Refuses the use of {@code what}, which belongs here, by code of another loop or thread. */
  void checkHere(String operation, Object what) {
    if (EventLoop.currentOrNull() != eventLoop && !isSetUp(operation)) {
      throw new InvalidThreadUseError(
          operation
              + ": "
              + what
              + " belongs to "
              + this
              + ", and thread '"
              + Thread.currentThread().getName()
              + "' is not there; post to that loop, or give each loop one of its own");
    }
  }

  /** Whether the caller is the thread that sets the loop up. */
  boolean isSetUp(String operation) {
    try {
      eventLoop.checkRoom(operation);
      return true;
    } catch (WrongThreadException elsewhere) {
      return false;
    }
  }

  /** Whether the calling line runs in this hub: in a callback, or while the loop is set up. */
  boolean isHere() {
    return Task.currentOrNull() == null && EventLoop.currentOrNull() == eventLoop;
  }

  /** Waits until {@code watcher} fires once, and stops it. */
  public void await(Watcher watcher) {
    watcher.awaitIn(this);
  }

  /** Throws {@code error} into who waits for {@code watcher}; a no-op if nobody does. */
  public void cancelWait(Watcher watcher, Throwable error) {
    watcher.cancelWait(error);
  }

  /**
   * Waits until there is nothing left to do: no greenlet is ready, no timer set, nobody outside is
   * known to act (Python: {@code hub.join}). For the main greenlet.
   *
   * @throws IllegalStateException in another greenlet
   */
  public void awaitIdle() {
    awaitIdle(null);
  }

  /**
   * {@link #awaitIdle()}, at most {@code limit}; the limit itself keeps nothing alive.
   *
   * @param limit null for none
   * @return whether nothing was left
   */
  public boolean awaitIdle(@Nullable Duration limit) {
    checkMayWait("awaitIdle");
    Task<?> here = Task.currentOrNull();
    if (here != null && main().orElse(here) != here) {
      throw new IllegalStateException(
          "awaitIdle: only the main greenlet waits for the end of all others, not task '"
              + here.name()
              + "'; join what it must wait for");
    }
    Waiter<Boolean> waiter = new Waiter<>(this, "the end of everything else");
    Registration idle = eventLoop.onIdle(() -> waiter.switchTo(true));
    Handle timer =
        limit == null
            ? null
            : eventLoop.callLater(Waiter.due(limit), () -> waiter.switchTo(false)).unref();
    try {
      return waiter.get();
    } finally {
      idle.remove();
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  /** Waits until nothing else is ready. */
  void awaitQuiet() {
    checkMayWait("idle");
    idlePump.await();
  }

  // ---- callbacks ---------------------------------------------------------------------------

  Handle runCallback(Runnable callback) {
    return eventLoop.callSoon(callback);
  }

  /** Calls {@code callback} on the loop: now if the caller is there, else later. Any thread. */
  void onLoop(Runnable callback) {
    if (EventLoop.currentOrNull() == eventLoop) {
      callback.run();
    } else {
      checkAlive("post");
      eventLoop.callSoonThreadsafe(callback);
    }
  }

  void checkAlive(String operation) {
    if (eventLoop.isClosed()) {
      throw new HubDestroyed(operation + ": " + this + " is closed; run a new one");
    }
  }

  // ---- errors ------------------------------------------------------------------------------

  /** Replaces what is done about errors that nobody waits for; null restores the default. */
  public void setErrorHandler(@Nullable ErrorHandler handler) {
    errorHandler = handler;
  }

  /**
   * Somebody threw, and nobody else is told (Python: {@code handle_error}): what must end the
   * program goes to the main greenlet, the end of a greenlet is no error, anything else is given to
   * the {@link ErrorHandler}, or to the exception handler of the loop, which logs it.
   */
  public void handleError(Object context, Throwable thrown) {
    ErrorHandler handler = errorHandler;
    if (handler == null || Hubs.isFatal(thrown) || isNoError(thrown)) {
      Task<?> task = context instanceof Greenlet<?> g ? g.task().orElse(null) : null;
      Hubs.threw(eventLoop, context, task, thrown, true);
      return;
    }
    try {
      handler.handle(context, thrown);
    } catch (Throwable broken) { // must not take down what has just failed
      broken.addSuppressed(thrown);
      eventLoop.report(
          ErrorContext.of(
              "the error handler of " + this + " threw " + broken.getClass().getName(), broken));
    }
  }

  private static boolean isNoError(Throwable thrown) {
    return thrown instanceof GreenletExit || thrown instanceof CancelledError;
  }

  // ---- monitoring --------------------------------------------------------------------------

  /**
   * The thread that watches this hub, started at the first call (Python: {@code
   * start_periodic_monitoring_thread}).
   */
  public PeriodicMonitor startPeriodicMonitoringThread() {
    PeriodicMonitor present = monitor;
    if (present == null) {
      present = new PeriodicMonitor(this);
      monitor = present;
      PeriodicMonitor made = present;
      eventLoop.onShutdown(made::close);
      GeventEvents.notify(new GeventEvents.PeriodicMonitorThreadStarted(present));
    }
    return present;
  }

  @Override
  public String toString() {
    return "hub " + id + (name.isEmpty() ? "" : " '" + name + "'") + " of " + eventLoop;
  }
}
