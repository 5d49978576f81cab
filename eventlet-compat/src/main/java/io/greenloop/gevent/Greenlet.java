package io.greenloop.gevent;

import io.greenloop.Awaitable;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Handle;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.Registration;
import io.greenloop.Task;
import io.greenloop.TaskBody;
import io.greenloop.TaskContext;
import io.greenloop.TaskOptions;
import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.greenlet.GreenletError;
import io.greenloop.greenlet.GreenletExit;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A function that runs on its own, and its outcome (Python: {@code gevent.Greenlet}). Made and
 * started by {@link Gevent#spawn}; or by a subclass that overrides {@link #run()}, and {@link
 * #start}.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>new</td><td>not started</td></tr>
 *   <tr><td>started</td><td>scheduled, or running: until its end</td></tr>
 *   <tr><td>ready</td><td>returned, failed or killed; a kill by {@link GreenletExit} counts as
 *   success, without a value</td></tr>
 * </table>
 *
 * <p>At its end its links are called, in their order, by a callback of the hub; greenlets that join
 * it are links, too. What it threw is reported, if that is an error.
 *
 * <p>It is carried by a task of the loop: tasks and suspend functions wait for it by {@link
 * #asFuture}.
 *
 * <p>Differs from gevent: the exit of a killed greenlet does not take the place of its result,
 * whose type it does not have. Who asks for the result by {@link #get()}, a future or a linked
 * {@link AsyncResult} is thrown the exit, as by eventlet; {@link #getValue} is null.
 *
 * <p><b>Room:</b> the loop, or its set-up.
 *
 * @param <T> the result
 */
public class Greenlet<T extends @Nullable Object> implements Waitable<Greenlet<T>>, Awaitable<T> {
  private enum State {
    NEW,
    SCHEDULED,
    RUNNING,
    ENDED,
    CANCELLED // before its start
  }

  private static final TaskOptions OPTIONS = TaskOptions.DEFAULT.namePrefix("Greenlet");

  private final Hub hub;
  private final ArrayDeque<Consumer<? super Greenlet<T>>> links = new ArrayDeque<>(0);
  private final Family family;
  private State state = State.NEW;
  private boolean reported;
  private boolean notifying; // from its scheduling to its end
  private @Nullable Callable<? extends T> body;
  private @Nullable Handle startTimer;
  private @Nullable Task<?> task; // none before its time has come
  private @Nullable TaskContext context;
  private @Nullable SwitchPoint switchPoint;
  private int ident = -1;
  private @Nullable String name;
  private @Nullable T value;
  private @Nullable GreenletExit exit; // that ended it
  private @Nullable Throwable exception;

  /** For a subclass that overrides {@link #run()}. */
  protected Greenlet() {
    hub = Hub.of("new Greenlet");
    family = Family.ofChild();
  }

  /** One that will call {@code body}; not started. */
  public Greenlet(Callable<? extends T> body) {
    this();
    this.body = Objects.requireNonNull(body, "body");
  }

  // ---- starting ----------------------------------------------------------------------------

  /** Starts {@code greenlet}, of whatever class, and returns it (Python: {@code Sub.spawn}). */
  public static <G extends Greenlet<?>> G spawn(G greenlet) {
    greenlet.start();
    return greenlet;
  }

  /** {@link #spawn}, {@code delay} from now (Python: {@code Sub.spawn_later}). */
  public static <G extends Greenlet<?>> G spawnLater(Duration delay, G greenlet) {
    greenlet.startLater(delay);
    return greenlet;
  }

  /**
   * Schedules it for a later turn, behind what is ready. Only the first call of this or {@link
   * #startLater} does anything; none does after a kill.
   */
  public final void start() {
    if (state == State.NEW) {
      hub.checkAlive("start");
      GreenletHooks.started(this);
      state = State.SCHEDULED;
      try {
        begin(options());
      } catch (Throwable refused) { // too many tasks: it may be tried again
        state = State.NEW;
        throw refused;
      }
    }
  }

  /** {@link #start}, {@code delay} from now. */
  public final void startLater(Duration delay) {
    if (state == State.NEW) {
      hub.checkAlive("startLater");
      GreenletHooks.started(this);
      state = State.SCHEDULED;
      startTimer = hub.eventLoop().callLater(Waiter.due(delay), this::beginWhenDue);
    }
  }

  private void beginWhenDue() {
    try {
      begin(options().eagerStart(true)); // not a turn later
    } catch (RejectedExecutionException refused) { // nobody else is there to hear of it
      killBeforeStart(refused);
    }
  }

  private TaskOptions options() {
    TaskContext given = context;
    return OPTIONS.context(given != null ? given : new TaskContext());
  }

  private void begin(TaskOptions options) {
    startTimer = null;
    Task<?> carrier = hub.eventLoop().spawn(options, new Carried());
    task = carrier;
    carrier.attach(this);
  }

  /** The body of the task. */
  private final class Carried implements TaskBody<@Nullable Void> {
    @Override
    public @Nullable Void call() {
      if (state != State.SCHEDULED) {
        return null; // killed before its start
      }
      Task<?> self = Task.currentOrNull();
      if (self != null) {
        task = self; // an eager start comes here before begin has it
        self.attach(Greenlet.this);
      }
      runBody();
      return null;
    }

    @Override
    public void neverRun(Throwable reason) {
      if (state == State.SCHEDULED) {
        state = State.CANCELLED;
        reportFailure(reason);
      }
    }
  }

  private void runBody() {
    state = State.RUNNING;
    T result;
    try {
      result = run();
    } catch (Throwable thrown) {
      state = State.ENDED;
      body = null;
      reportFailure(thrown);
      if (thrown instanceof CancelledError cancelled) {
        throw cancelled; // its task ends cancelled
      }
      return;
    }
    state = State.ENDED;
    body = null;
    value = result;
    reportEnd();
  }

  /**
   * What it does, for a subclass; otherwise it calls the body that the constructor was given.
   *
   * @return its result
   */
  protected T run() throws Exception {
    Callable<? extends T> given = body;
    if (given == null) {
      return none();
    }
    body = null; // what it captured is free at its end
    return given.call();
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // where there is no body
  private static <V extends @Nullable Object> V none() {
    return null;
  }

  // ---- its end -----------------------------------------------------------------------------

  private void reportFailure(Throwable thrown) {
    if (thrown instanceof GreenletExit kill) {
      exit = kill;
      reportEnd();
      return;
    }
    exception = thrown;
    reportEnd();
    hub.handleError(this, thrown);
  }

  private void reportEnd() {
    reported = true;
    if (ident >= 0) {
      hub.idents().giveBack(ident);
    }
    notifyIfReady();
  }

  private void notifyIfReady() {
    if (isReady() && !links.isEmpty() && !notifying) {
      notifying = true;
      hub.runCallback(this::notifyLinks);
    }
  }

  private void notifyLinks() {
    for (var link = links.poll(); link != null; link = links.poll()) {
      try {
        link.accept(this);
      } catch (Throwable thrown) {
        hub.handleError(this, thrown);
      }
    }
    notifying = false;
  }

  // ---- looking -----------------------------------------------------------------------------

  /** Whether it was started and has not ended: Python's truth value of a greenlet. */
  public final boolean isStarted() {
    return state == State.SCHEDULED || state == State.RUNNING;
  }

  /** Whether it returned, failed or was killed. */
  @Override
  public final boolean isReady() {
    return isDead() || reported;
  }

  /** {@link #isReady}. */
  @Override
  public final boolean isDone() {
    return isReady();
  }

  /** Whether it ended without an error; also by a {@link GreenletExit}. */
  public final boolean isSuccessful() {
    return reported && exception == null;
  }

  /** Whether it was ended by a {@link GreenletExit}, which gevent does not tell from success. */
  public final boolean isKilled() {
    return exit != null;
  }

  /** Whether its code will not run any more: it has ended, or was killed before its start. */
  public final boolean isDead() {
    return state == State.ENDED || state == State.CANCELLED;
  }

  /** The result; null if it has none (yet), and after a kill. */
  public final @Nullable T getValue() {
    return value;
  }

  /** The error that ended it; null otherwise, and after a {@link GreenletExit}. */
  public final @Nullable Throwable getException() {
    return exception;
  }

  @SuppressWarnings("NullAway") // null where T allows it
  final T result() {
    return value;
  }

  /**
   * What who asks for its result is thrown: its error, or the exit of a kill; null for a result.
   */
  final @Nullable Throwable failure() {
    return exit != null ? exit : exception;
  }

  // ---- waiting -----------------------------------------------------------------------------

  /**
   * The result; waits for it. Throws what it threw, the very object, each time.
   *
   * @throws GreenletExit after a kill: the one that ended it (gevent returns it; {@link #join()}
   *     and {@link #isKilled} ask without a throw)
   * @throws IllegalStateException in this very greenlet
   * @throws BlockingSwitchOutError in the hub
   */
  public final T get() {
    awaitEnd("Greenlet.get", null);
    return outcome();
  }

  /**
   * {@link #get()}, at most {@code limit}.
   *
   * @throws GreenletExit after a kill
   * @throws Timeout when that is over
   */
  public final T get(Duration limit) {
    if (!awaitEnd("Greenlet.get", limit)) {
      throw Timeout.over(limit);
    }
    return outcome();
  }

  /**
   * The result, if it is there (Python: {@code get(block=False)}).
   *
   * @throws GreenletExit after a kill
   * @throws Timeout if it has not ended
   */
  public final T getNow() {
    if (!isReady()) {
      throw Timeout.notReady(this);
    }
    return outcome();
  }

  /** {@link #get()}, but null after a kill: for those who collect the results of many. */
  final T getOrNull() {
    awaitEnd("Greenlet.get", null);
    return isKilled() ? result() : outcome();
  }

  private T outcome() {
    Throwable thrown = failure();
    if (thrown != null) {
      throw Sneaky.raise(thrown);
    }
    return result();
  }

  /** Waits for its end, and never throws what it threw. */
  public final void join() {
    awaitEnd("Greenlet.join", null);
  }

  /** {@link #join()}, at most {@code limit}; returns whether it has ended. */
  public final boolean join(Duration limit) {
    awaitEnd("Greenlet.join", limit);
    return isReady();
  }

  private boolean awaitEnd(String operation, @Nullable Duration limit) {
    if (isReady()) {
      return true;
    }
    hub.checkMayWait(operation);
    if (task != null && task == Task.currentOrNull()) {
      throw new IllegalStateException(
          operation + ": " + this + " cannot wait for itself; return from it instead");
    }
    Linkable.Resume<Greenlet<T>> resume = new Linkable.Resume<>(hub, this);
    links.add(resume);
    boolean linked = true;
    try {
      linked = !resume.awaitWithin(limit);
      return !linked;
    } finally {
      if (linked) {
        links.remove(resume);
      }
    }
  }

  /**
   * A future of this result, for code of other kinds. Cancelling it kills this greenlet. A kill of
   * this greenlet makes it fail with the {@link GreenletExit}: who waits hears of it as of an
   * error, and is not cancelled itself.
   */
  public final LoopFuture<T> toFuture() {
    Promise<T> promise = hub.eventLoop().newPromise("the end of " + this);
    rawLink(self -> settle(promise));
    promise.whenDone(
        done -> {
          if (done.isCancelled() && !isReady()) {
            kill(KillOptions.DEFAULT.nonBlocking());
          }
        });
    return promise;
  }

  private void settle(Promise<T> promise) {
    if (promise.isDone()) {
      return;
    }
    Throwable thrown = failure();
    if (thrown instanceof CancelledError) {
      promise.cancel(thrown.getMessage());
    } else if (thrown != null) {
      promise.completeExceptionally(thrown);
      if (thrown == exit) {
        promise.exceptionNow(); // a kill is no error that somebody must have looked at
      }
    } else {
      promise.complete(result());
    }
  }

  @Override
  public final LoopFuture<T> asFuture() {
    return toFuture();
  }

  // ---- killing -----------------------------------------------------------------------------

  /** Throws a {@link GreenletExit} into it, and waits until it has ended. */
  public final void kill() {
    kill(KillOptions.DEFAULT);
  }

  /** {@link #kill()} with {@code failure}. */
  public final void kill(Throwable failure) {
    kill(KillOptions.DEFAULT.exception(failure));
  }

  /**
   * Throws something where it waits, from the loop, so that nothing has happened yet when this does
   * not block. Not started yet: it never runs, is ready at once, and its links are called. Ended: a
   * no-op. In this very greenlet: thrown here. The victim may catch it, and go on; what it returns
   * then is its result.
   */
  public final void kill(KillOptions options) {
    Throwable failure = options.failure();
    if (killBeforeStart(failure) || isReady()) {
      return;
    }
    if (!options.isBlocking()) {
      hub.runCallback(() -> throwFromHub(failure));
      return;
    }
    Waiter<Boolean> thrown = new Waiter<>(hub, "the kill of ", this);
    hub.runCallback(
        () -> {
          throwFromHub(failure);
          thrown.switchTo(true);
        });
    thrown.get();
    Duration limit = options.timeoutOrNull();
    if (limit == null) {
      join();
    } else {
      join(limit);
    }
  }

  /** Cancels its start; returns whether it is dead, by this or otherwise. */
  final boolean killBeforeStart(Throwable failure) {
    if (state == State.NEW || state == State.SCHEDULED) {
      state = State.CANCELLED;
      if (startTimer != null) {
        startTimer.cancel();
        startTimer = null;
      }
      body = null;
      reportFailure(failure);
    }
    return isDead();
  }

  /** In the hub: throws where it waits. */
  final void throwFromHub(Throwable failure) {
    Task<?> carrier = task;
    if (!killBeforeStart(failure) && carrier != null) {
      carrier.throwInto(failure);
    }
  }

  /**
   * Throws {@code failure} where it waits, at once: for callbacks of the hub (Python: {@code
   * throw}). Not started yet: as {@link #kill(KillOptions)}.
   *
   * @throws GreenletError in a greenlet, which nobody would resume; use {@link #kill()}
   */
  public final void throwInto(Throwable failure) {
    if (!isStarted() || state == State.SCHEDULED) {
      killBeforeStart(failure);
      return;
    }
    Task<?> here = Task.currentOrNull();
    if (here != null && here != task) {
      throw new GreenletError(
          "throwInto: task '"
              + here.name()
              + "' would not be resumed after it has thrown into "
              + this
              + "; use kill, or call this in a callback");
    }
    throwFromHub(failure);
  }

  /**
   * Resumes it from {@link Hub#suspend}, which returns {@code value} there; it runs at once. One
   * that is not started starts. One that waits for something else gets an {@link
   * InvalidSwitchError} there.
   *
   * @return in the hub: null, when it waits again or has ended. In a greenlet: what somebody sends
   *     to that one, which is suspended until then
   * @throws GreenletError if it has ended, or belongs to another loop
   */
  public final @Nullable Object switchTo(@Nullable Object value) {
    if (EventLoop.currentOrNull() != hub.eventLoop()) {
      throw new GreenletError(
          "switchTo: "
              + this
              + " belongs to "
              + hub
              + ", thread '"
              + Thread.currentThread().getName()
              + "' does not; post to that loop");
    }
    if (isDead()) {
      throw new GreenletError("switchTo: " + this + " has ended");
    }
    Task<?> here = Task.currentOrNull();
    if (here == null) {
      switchNow(value);
      return null;
    }
    if (here == task) {
      return value;
    }
    hub.resumer(); // what is sent back may come before the caller is suspended
    switchNow(value);
    return hub.suspend();
  }

  private void switchNow(@Nullable Object sent) {
    if (state == State.SCHEDULED) {
      throw new GreenletError("switchTo: " + this + " starts by itself, in its turn");
    }
    if (state == State.NEW) {
      GreenletHooks.started(this);
      state = State.SCHEDULED;
      begin(options().eagerStart(true));
      return;
    }
    SwitchPoint point = switchPoint;
    Task<?> carrier = task;
    if (point != null && point.isOpen()) {
      point.send(sent);
    } else if (carrier != null && state == State.RUNNING) {
      carrier.throwInto(
          new InvalidSwitchError(
              "switchTo: " + this + " " + carrier.activity() + "; it is not in Hub.suspend"));
    }
  }

  final SwitchPoint switchPoint() {
    SwitchPoint point = switchPoint;
    if (point == null) {
      point = new SwitchPoint(hub);
      switchPoint = point;
    }
    return point;
  }

  // ---- links -------------------------------------------------------------------------------

  /** In the hub; must not wait, and is cheaper than {@link #link}. */
  @Override
  public final Registration rawLink(Consumer<? super Greenlet<T>> callback) {
    Objects.requireNonNull(callback, "callback");
    links.add(callback);
    notifyIfReady();
    return () -> links.remove(callback);
  }

  /**
   * Calls {@code callback} with this greenlet at its end, in a fresh greenlet, in the order of
   * linking; if it has ended already, in a later turn. One that throws is reported, and those
   * behind it are called all the same.
   *
   * @return takes the link back
   */
  public final Registration link(Consumer<? super Greenlet<T>> callback) {
    return rawLink(SpawnedLink.always(hub, callback));
  }

  /** {@link #link} for an end without an error: a value, or a kill. */
  public final Registration linkValue(Consumer<? super Greenlet<T>> callback) {
    return rawLink(SpawnedLink.onSuccess(hub, callback));
  }

  /** {@link #link} for an end by an error. */
  public final Registration linkException(Consumer<? super Greenlet<T>> callback) {
    return rawLink(SpawnedLink.onFailure(hub, callback));
  }

  /** Takes back a link of any kind, made with an equal callback. */
  @Override
  public final void unlink(Consumer<? super Greenlet<T>> callback) {
    links.removeFirstOccurrence(SpawnedLink.equalTo(callback));
  }

  /** Takes back all links; who joins this greenlet then waits for nothing. */
  public final void unlinkAll() {
    links.clear();
  }

  /** Whether somebody is linked to it, or joins it. */
  public final boolean hasLinks() {
    return !links.isEmpty();
  }

  // ---- who it is ---------------------------------------------------------------------------

  /** Its hub. */
  public final Hub hub() {
    return hub;
  }

  /** The task that carries it; empty before its time has come. */
  public final Optional<Task<?>> task() {
    return Optional.ofNullable(task);
  }

  /** A small number, unique among the living of its hub, and used again (minimal_ident). */
  public final int id() {
    if (ident < 0) {
      ident = hub.idents().take();
      if (reported) {
        hub.idents().giveBack(ident);
      }
    }
    return ident;
  }

  /** Its name; {@code Greenlet-} and its {@link #id} unless it was given one. */
  public final String name() {
    String given = name;
    return given != null ? given : "Greenlet-" + id();
  }

  /** Names it. */
  public final void setName(String name) {
    this.name = name;
  }

  /** Who spawned it; empty for a task that is no greenlet, and once that is collected. */
  public final Optional<Greenlet<?>> spawningGreenlet() {
    WeakReference<Greenlet<?>> spawner = family.spawner();
    return spawner == null ? Optional.empty() : Optional.ofNullable(spawner.get());
  }

  /** A map that all who descend from one spawn share. */
  public final Map<Object, Object> spawnTreeLocals() {
    return family.treeLocals();
  }

  /**
   * Where it was spawned, innermost frame first, at most {@link GeventConfig#spawningStackLimit};
   * empty unless {@link GeventConfig#trackGreenletTree} is on.
   */
  public final List<StackTraceElement> spawningStack() {
    return family.spawningStack();
  }

  final Family family() {
    return family;
  }

  /**
   * The context variables it runs with, instead of an empty context; before its start.
   *
   * @throws IllegalStateException once it is started
   */
  public final void setContext(TaskContext context) {
    if (state != State.NEW) {
      throw new IllegalStateException("setContext: " + this + " was started already");
    }
    this.context = context;
  }

  /** Its kind, its name and its state. */
  @Override
  public String toString() {
    String kind = getClass() == Greenlet.class ? "greenlet" : getClass().getSimpleName();
    return kind + " '" + name() + "' (" + stateInWords() + ")";
  }

  final String stateInWords() {
    return switch (state) {
      case NEW -> "new";
      case SCHEDULED -> "scheduled";
      case RUNNING -> "running";
      case ENDED, CANCELLED -> exception != null ? "failed" : isKilled() ? "killed" : "finished";
    };
  }
}
