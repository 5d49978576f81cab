package io.greenloop;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import kotlin.internal.LowPriorityInOverloadResolution;
import org.jspecify.annotations.Nullable;

/**
 * A piece of a task's code that can be cut short, from inside, from outside or by a deadline, while
 * the task goes on behind it.
 *
 * <pre>{@code
 * var scope = CancelScope.of(Duration.ofSeconds(2));
 * Page page = scope.run(() -> fetch(url)); // null if it took longer
 * if (scope.cancelledCaught()) {
 *   useStalePage();
 * }
 * }</pre>
 *
 * <p><b>Cancelled, it stays cancelled.</b> Unlike a {@link Task#cancel}, which is thrown once, the
 * cancel of a scope is thrown by <i>each</i> wait of its body, also in cleanup, until the body has
 * ended; code that swallows it does not go on for long. Cleanup that has to wait does so in a
 * {@linkplain #shielded shielded} scope, best with a limit. Foreign code is interrupted once.
 *
 * <p><b>Nesting.</b> A scope ends with its own cancel only. If an outer scope, or the task, was
 * cancelled too, the {@link CancelledError} passes through, and the outermost one catches it.
 * {@link TaskGroup} and {@link Aio#timeout} nest with it in the same way, and a cancelled scope
 * cancels the groups in its body.
 *
 * <p><b>Python:</b> asyncio has {@code asyncio.timeout} only; this is what Trio and AnyIO call by
 * the same name ({@code move_on_after}, {@code fail_after}, {@code shield}).
 *
 * <p><b>Room:</b> loop; {@link #run} in a stackful task. Suspend code has kotlinx's scopes.
 */
public final class CancelScope {
  private enum State {
    NEW,
    RUNNING,
    ENDED
  }

  private final @Nullable Duration limit;
  private final boolean shields;
  private State state = State.NEW;
  private @Nullable Task<?> task; // from the entry on
  private @Nullable Deadline deadline; // from the entry on
  private int requestsAtEntry;
  private int shieldsAtEntry;
  private boolean cancelCalled;
  private boolean cancelledCaught;
  private @Nullable String reason;

  private CancelScope(@Nullable Duration limit, boolean shields) {
    this.limit = limit;
    this.shields = shields;
  }

  // ---- making one --------------------------------------------------------------------------

  /** A scope without a deadline. */
  public static CancelScope create() {
    return new CancelScope(null, false);
  }

  /**
   * A scope with a time limit, counted from the entry on.
   *
   * @param limit zero or less: the first wait of the body ends it; null for none
   */
  public static CancelScope of(@Nullable Duration limit) {
    return new CancelScope(limit, false);
  }

  /**
   * A scope that keeps off what comes from outside of it: cancels of the task, of outer scopes,
   * groups and timeouts reach the first wait behind it. Its own cancel, its deadline and what
   * begins inside of it work as ever.
   *
   * @param limit as in {@link #of}
   */
  public static CancelScope shielded(@Nullable Duration limit) {
    return new CancelScope(limit, true);
  }

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs {@code body} in the calling task.
   *
   * @return what {@code body} returns; null if the cancel of this scope ended it
   * @throws CancelledError if the task was cancelled by somebody else, too
   * @throws IllegalStateException outside of a stackful task, or if it has been entered before
   */
  public <T extends @Nullable Object> T run(Callable<? extends T> body) {
    Task<?> here = enter();
    T result = null;
    try {
      result = body.call();
    } catch (Throwable thrown) {
      Throwable seen = here.unmask(thrown);
      if (!leave(here) || !(seen instanceof CancelledError)) {
        throw Unchecked.raise(seen);
      }
      cancelledCaught = true;
      return orNull(null);
    }
    leave(here);
    return orNull(result);
  }

  /** {@link #run(Callable)} for a body without a result. */
  @LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public void run(ThrowingRunnable body) {
    run(Bodies.callable(body));
  }

  @SuppressWarnings("NullAway") // null is what the documentation promises
  private static <T extends @Nullable Object> T orNull(@Nullable T result) {
    return result;
  }

  private Task<?> enter() {
    Task<?> here = stackfulTask("CancelScope.run");
    if (state != State.NEW) {
      throw new IllegalStateException("CancelScope.run: a scope is run once; make another one");
    }
    requestsAtEntry = here.deliveredRequests();
    if (shields) {
      here.raiseShield();
    }
    shieldsAtEntry = here.shields();
    task = here;
    state = State.RUNNING;
    var due = new Deadline(here.loop(), this::expire);
    deadline = due;
    if (cancelCalled) {
      request(here);
    } else {
      due.in(limit);
    }
    return here;
  }

  private static Task<?> stackfulTask(String operation) {
    Task<?> here = EventLoop.running(operation).taskThatMayWait(operation);
    if (here.strandOrNull() == null) {
      throw new IllegalStateException(
          operation
              + ": "
              + here.describe()
              + " is a suspend task; use kotlinx's withTimeoutOrNull or NonCancellable there");
    }
    return here;
  }

  /** Ends the scope; returns whether the cancel that is under way is its own alone. */
  private boolean leave(Task<?> here) {
    state = State.ENDED;
    if (deadline != null) {
      deadline.disarm();
    }
    boolean own = cancelCalled && here.withdraw(this) <= requestsAtEntry;
    if (shields) {
      here.lowerShield();
    }
    return own;
  }

  // ---- cancelling --------------------------------------------------------------------------

  /** {@link #cancel(String)} without a reason. */
  public void cancel() {
    cancel(null);
  }

  /**
   * Cuts the body short: each of its waits throws a {@link CancelledError} from now on. Before the
   * entry: takes effect at the first wait. Idempotent, the first reason stands; no-op once the body
   * has ended.
   */
  public void cancel(@Nullable String reason) {
    if (cancelCalled || state == State.ENDED) {
      return;
    }
    Task<?> here = task;
    if (here != null) {
      here.loop().checkRoom("CancelScope.cancel");
    }
    cancelCalled = true;
    this.reason = reason;
    if (here != null) {
      request(here);
    }
  }

  private void request(Task<?> here) {
    if (deadline != null) {
      deadline.disarm();
    }
    here.cancelFor(this, reason, shieldsAtEntry, true);
  }

  private void expire() {
    if (deadline != null) {
      cancel(deadline.passed());
    }
  }

  // ---- deadline ----------------------------------------------------------------------------

  /** The deadline on the loop's clock ({@link EventLoop#time()}), if there is one by now. */
  public Optional<Duration> deadline() {
    return deadline == null ? Optional.empty() : deadline.time();
  }

  /**
   * Moves the deadline to a point of the loop's clock ({@link EventLoop#time()}); null: there is
   * none. One that is past cancels the scope ahead of what is queued next. No effect once the scope
   * is cancelled.
   *
   * @throws IllegalStateException unless the body runs
   */
  public void setDeadline(@Nullable Duration when) {
    Deadline due = deadline;
    if (due == null || task == null || state != State.RUNNING) {
      throw new IllegalStateException(
          "CancelScope.setDeadline: the scope "
              + (state == State.NEW ? "has not been entered" : "has ended")
              + "; only that of a running one can be moved");
    }
    EventLoop loop = task.loop();
    loop.checkRoom("CancelScope.setDeadline");
    if (!cancelCalled) {
      due.in(when == null ? null : when.minus(loop.time()));
    }
  }

  // ---- asking ------------------------------------------------------------------------------

  /** Whether it was cancelled, by {@link #cancel} or by its deadline. */
  public boolean cancelCalled() {
    return cancelCalled;
  }

  /** Whether its cancel is what ended the body. */
  public boolean cancelledCaught() {
    return cancelledCaught;
  }

  /** Why it was cancelled, if somebody said. */
  public Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  // ---- guards ------------------------------------------------------------------------------

  /**
   * Ends with its block: {@code try (var _ = CancelScope.shielding()) { … }}. Closing it again does
   * nothing.
   *
   * <p><b>Room:</b> loop.
   */
  public interface Guard extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Keeps cancels from outside off the waits of a block of the calling task, as a {@linkplain
   * #shielded shielded} scope does.
   *
   * @throws IllegalStateException outside of a stackful task
   */
  public static Guard shielding() {
    Task<?> here = stackfulTask("CancelScope.shielding");
    here.raiseShield();
    return guard(here, here::lowerShield);
  }

  /**
   * Within a block of the calling task the cancel of a scope is thrown once, as that of a task is.
   * For code that must go on waiting when it has been cancelled, such as to take back a lock.
   *
   * @throws IllegalStateException outside of a task
   */
  public static Guard withoutRepeats() {
    String operation = "CancelScope.withoutRepeats";
    Task<?> here = EventLoop.running(operation).taskThatMayWait(operation);
    here.pauseRepeats();
    return guard(here, here::resumeRepeats);
  }

  private static Guard guard(Task<?> task, Runnable end) {
    return new Guard() {
      private boolean closed;

      @Override
      public void close() {
        task.loop().checkRoom("CancelScope.Guard.close");
        if (!closed) {
          closed = true;
          end.run();
        }
      }
    };
  }
}
