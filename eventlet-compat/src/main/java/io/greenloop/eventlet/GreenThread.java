package io.greenloop.eventlet;

import io.greenloop.Aio;
import io.greenloop.Awaitable;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.Registration;
import io.greenloop.Task;
import io.greenloop.TaskBody;
import io.greenloop.TaskOptions;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.eventlet.internal.Life;
import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.greenlet.GreenletExit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A function that runs on its own, and its result (Python: {@code
 * eventlet.greenthread.GreenThread}). Made by {@link Eventlet#spawn} and its friends.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>pending</td><td>not started; {@link #cancel} and {@link #kill} still prevent it</td></tr>
 *   <tr><td>active</td><td>started and not ended</td></tr>
 *   <tr><td>dead</td><td>ended, or killed before its start</td></tr>
 * </table>
 *
 * <p>At its end it first gives its result to those who wait, then calls its links, and then what it
 * threw is reported, if that is an error.
 *
 * <p>Differs from eventlet: waiting for oneself is refused instead of hanging; a kill before the
 * start takes any throwable.
 *
 * @param <T> the result
 */
public final class GreenThread<T extends @Nullable Object> implements Awaitable<T> {
  private enum State {
    PENDING,
    ACTIVE,
    DEAD
  }

  static final TaskOptions OPTIONS = TaskOptions.DEFAULT.namePrefix("GreenThread");

  private final EventLoop loop;
  private final Event<T> exit = new Event<>(this);
  private final ArrayDeque<Link<T>> links = new ArrayDeque<>(0);
  private State state = State.PENDING;
  private boolean callingLinks;
  private boolean begun;
  private @Nullable Callable<? extends T> body;
  private @Nullable Task<@Nullable Void> task; // none before its time has come
  private @Nullable Timer startTimer;
  private @Nullable Promise<T> future;

  /** Has an identity of its own: the same function may be linked twice. */
  private static final class Link<T extends @Nullable Object> {
    final Consumer<? super GreenThread<T>> function;

    Link(Consumer<? super GreenThread<T>> function) {
      this.function = function;
    }
  }

  GreenThread(EventLoop loop, @Nullable Callable<? extends T> body) {
    this.loop = loop;
    this.body = body;
  }

  /** One that {@code function} was run for right here; what that throws is thrown here, too. */
  static <T extends @Nullable Object> GreenThread<T> runInline(
      EventLoop loop, Callable<? extends T> function) {
    var thread = new GreenThread<T>(loop, function);
    thread.state = State.DEAD;
    try {
      thread.exit.send(function.call());
    } catch (Throwable thrown) {
      thread.exit.sendException(thrown);
      throw Sneaky.raise(thrown);
    }
    return thread;
  }

  /** One that runs nothing. */
  static <T extends @Nullable Object> GreenThread<T> marker(EventLoop loop) {
    return new GreenThread<>(loop, null);
  }

  /** One that has failed. */
  static <T extends @Nullable Object> GreenThread<T> failed(EventLoop loop, Throwable failure) {
    GreenThread<T> thread = marker(loop);
    thread.exit.sendException(failure);
    thread.state = State.DEAD;
    return thread;
  }

  // ---- starting ----------------------------------------------------------------------------

  GreenThread<T> start() {
    return start(OPTIONS);
  }

  GreenThread<T> startAfter(Duration delay, @Nullable Life spawner) {
    startTimer = Hub.of(loop).schedule(delay, this::startWhenDue, spawner);
    return this;
  }

  private void startWhenDue() {
    try {
      start(OPTIONS.eagerStart(true)); // not a turn later
    } catch (RejectedExecutionException refused) {
      endBy(refused); // nobody else is there to hear of it
    }
  }

  private GreenThread<T> start(TaskOptions options) {
    task = loop.spawn(options, new Carried());
    return this;
  }

  /** The body of the task. */
  private final class Carried implements TaskBody<@Nullable Void> {
    @Override
    public @Nullable Void call() {
      return run();
    }

    @Override
    public void neverRun(Throwable reason) {
      if (state == State.PENDING) {
        endBy(reason);
      }
    }
  }

  private @Nullable Void run() {
    Callable<? extends T> call = body;
    if (state == State.DEAD || call == null) {
      return null; // killed before its start
    }
    body = null;
    begun = true;
    state = State.ACTIVE;
    T result;
    try {
      result = call.call();
    } catch (Throwable thrown) {
      endBy(thrown);
      if (thrown instanceof CancelledError cancelled) {
        throw cancelled; // its task ends cancelled
      }
      return null;
    }
    exit.send(result);
    settleFuture();
    end(null);
    return null;
  }

  private void endBy(Throwable thrown) {
    exit.sendException(thrown);
    settleFuture();
    end(thrown);
  }

  private void end(@Nullable Throwable thrown) {
    Throwable toReport = thrown;
    try {
      callLinks();
    } catch (Throwable fromLink) {
      if (thrown != null) {
        fromLink.addSuppressed(thrown);
      }
      toReport = fromLink;
    } finally {
      state = State.DEAD;
    }
    if (toReport != null) {
      Hubs.threw(loop, this, task, toReport, EventletDebug.reportsExceptions());
    }
  }

  // ---- waiting -----------------------------------------------------------------------------

  /**
   * Waits for the end; any number of times, by any number of waiters (Python: {@code wait}).
   *
   * @return the result; what the function threw is thrown, the very object
   * @throws GreenletExit if it was killed
   * @throws IllegalStateException in this very green thread
   */
  public T await() {
    if (!exit.isReady() && task != null && task == Task.currentOrNull()) {
      throw new IllegalStateException(
          "await: " + this + " cannot wait for itself; return from it instead");
    }
    return exit.await();
  }

  /** {@link #await()}, at most {@code limit}: empty when that is over, or if the result is null. */
  public Optional<T> await(Duration limit) {
    return exit.await(limit);
  }

  /**
   * A future with this result, for code of other kinds. Cancelling it kills this green thread. A
   * kill of this green thread makes it fail with the {@link GreenletExit}: who waits hears of it as
   * of an error, and is not cancelled itself (as eventlet's asyncio hub does).
   */
  public LoopFuture<T> toFuture() {
    Promise<T> present = future;
    if (present == null) {
      present = loop.newPromise();
      future = present;
      present.whenDone(this::killIfCancelled);
      settleFuture();
    }
    return present;
  }

  @Override
  public LoopFuture<T> asFuture() {
    return toFuture();
  }

  /** Whether its function has ended, or never will be called. */
  @Override
  public boolean isDone() {
    return exit.isReady();
  }

  private void killIfCancelled(LoopFuture<T> done) {
    if (done.isCancelled() && !exit.isReady()) {
      kill();
    }
  }

  private void settleFuture() {
    Promise<T> waiting = future;
    if (waiting == null || waiting.isDone() || !exit.isReady()) {
      return;
    }
    Throwable thrown = exit.pollException(null);
    if (thrown != null) {
      waiting.completeExceptionally(thrown);
      if (thrown instanceof GreenletExit) {
        waiting.exceptionNow(); // a kill is no error that somebody must have looked at
      }
    } else {
      waiting.complete(exit.await());
    }
  }

  // ---- ending it ---------------------------------------------------------------------------

  /** {@link #kill(Throwable)} with a {@link GreenletExit}. */
  public void kill() {
    kill(new GreenletExit());
  }

  /**
   * Throws {@code failure} where this green thread waits, at once; the caller goes on in the next
   * turn. Not started yet: its function is never called, its links are. Dead: a no-op. In this very
   * green thread: thrown right here. The victim may catch it, and go on.
   */
  public void kill(Throwable failure) {
    if (state == State.PENDING) {
      killBeforeStart(failure);
      if (Task.currentOrNull() != null) {
        Aio.yieldNow();
      }
    } else if (state == State.ACTIVE && task != null) {
      task.throwInto(failure);
    }
  }

  private void killBeforeStart(Throwable failure) {
    if (startTimer != null) {
      startTimer.cancel();
    }
    body = null;
    state = State.ACTIVE; // for its links
    exit.sendException(failure);
    settleFuture();
    end(failure);
  }

  /** {@link #cancel(Throwable)} with a {@link GreenletExit}. */
  public boolean cancel() {
    return cancel(new GreenletExit());
  }

  /** {@link #kill(Throwable)}, but only if it has not started; returns whether it had not. */
  public boolean cancel(Throwable failure) {
    if (state != State.PENDING) {
      return false;
    }
    kill(failure);
    return true;
  }

  // ---- links -------------------------------------------------------------------------------

  /**
   * Calls {@code function} with this green thread at its end, in its context, in the order of
   * linking; at once, in the caller, if it has ended. A link that throws is reported, and those
   * behind it are not called.
   *
   * @return what {@link #unlink} takes
   */
  public Registration link(Consumer<? super GreenThread<T>> function) {
    var link = new Link<T>(function);
    links.add(link);
    if (exit.isReady()) {
      callLinks();
    }
    return () -> links.remove(link);
  }

  /** {@link #link(Consumer)} for a function that takes one more argument. */
  public <A extends @Nullable Object> Registration link(
      BiConsumer<? super GreenThread<T>, ? super A> function, A argument) {
    return link(self -> function.accept(self, argument));
  }

  /** Takes a link back; returns whether it was still there. */
  public boolean unlink(Registration link) {
    return link.remove();
  }

  /** One loop for all: a link that links is not called from inside the other. */
  private void callLinks() {
    if (callingLinks) {
      return;
    }
    callingLinks = true;
    try {
      for (var link = links.poll(); link != null; link = links.poll()) {
        link.function.accept(this);
      }
    } finally {
      callingLinks = false;
    }
  }

  // ---- looking -----------------------------------------------------------------------------

  /** Whether it has started and not ended; Python's truth value of a green thread. */
  public boolean isActive() {
    return state == State.ACTIVE;
  }

  /** Whether it has ended, or was killed before its start. */
  public boolean isDead() {
    return state == State.DEAD;
  }

  /** Whether its function was called. */
  boolean hasBegun() {
    return begun;
  }

  /** The task that carries it; empty before its time has come. */
  public Optional<Task<?>> task() {
    return Optional.ofNullable(task);
  }

  @Override
  public String toString() {
    String name = task == null ? "" : " '" + task.name() + "'";
    return "green thread" + name + " (" + state.name().toLowerCase(java.util.Locale.ROOT) + ")";
  }
}
