package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.loop.TimerNode;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A running body of code and the future of its result (Python: {@code asyncio.Task}). A Java body
 * is stackful: it runs on a virtual thread that the loop schedules and may block as it likes. A
 * Kotlin suspend body is a Task of the same kind, driven by a {@link TaskDriver}.
 *
 * <p>The loop holds every unfinished task strongly. Only its body completes a task.
 *
 * <p><b>Cancelling</b> is a request, counted, and delivered where the task truly waits: once per
 * request, as a {@link CancelledError} thrown by that wait. A task that is parked in foreign code
 * is interrupted.
 *
 * @param <T> the result
 */
public abstract sealed class Task<T extends @Nullable Object> extends LoopFuture<T>
    permits StackfulTask, DrivenTask {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final TaskContext context;
  private final @Nullable Task<?> parent;
  private final long number = NUMBERS.incrementAndGet();
  private final @Nullable StackTraceElement createdAt;
  private final String namePrefix;
  private @Nullable String name;
  private int cancelRequests;
  @Nullable String cancelReason;

  /** A request that no wait has delivered yet. */
  boolean mustCancel;

  /** The present wait, if there is one: a future, a timer, a place in a queue, or null. */
  private @Nullable Object waitingOn;

  private @Nullable Strand waitingStrand;
  private boolean waitCancelled; // by a cancel that took the task off its timer or queue
  private boolean passesCancelOn;

  /** What {@link #throwInto} left for the next waits, in order. */
  private @Nullable ArrayDeque<Throwable> injected;

  boolean interruptSent;
  int slot; // in the loop's registry

  Task(EventLoop loop, TaskOptions options) {
    super(loop);
    TaskContext given = options.contextOrNull();
    this.context = given != null ? given : TaskContext.current().copy();
    this.parent = loop.currentTaskOrNull();
    this.namePrefix = options.namePrefixOrDefault();
    this.name = options.nameOrNull();
    this.createdAt = CreationLine.here(loop);
  }

  /**
   * The task whose code calls this, or null: in a callback, and where no loop runs. Any thread;
   * {@link Aio#currentTask} is the form that insists on a loop.
   */
  public static @Nullable Task<?> currentOrNull() {
    LoopCore core = LoopThread.currentLoop();
    return core != null && core.currentOwner() instanceof Task<?> task ? task : null;
  }

  // ---- what it is --------------------------------------------------------------------------

  /** Its name; {@code Task-N} unless given. Any thread. */
  public final String name() {
    String given = name;
    return given != null ? given : namePrefix + "-" + number;
  }

  /** Renames it, also while it runs. */
  public final void setName(Object name) {
    this.name = String.valueOf(name);
  }

  /** Its context variables. */
  public final TaskContext context() {
    return context;
  }

  /** The line that spawned it, if it was spawned in debug mode. */
  public final Optional<StackTraceElement> creationLine() {
    return Optional.ofNullable(createdAt);
  }

  /** Name and creation line, for reports. */
  final String describeWithLine() {
    return describe() + CreationLine.suffix(createdAt);
  }

  /** The task that spawned it, if one did. */
  public final Optional<Task<?>> parent() {
    return Optional.ofNullable(parent);
  }

  /** What it waits for at this moment, if it waits in a wait of ours. */
  public final Optional<Object> waitsFor() {
    Object on = waitedObject();
    if (on instanceof Waiter<?> waiter) {
      return Optional.of(waiter.subject());
    }
    return Optional.ofNullable(on instanceof TimerNode ? "sleep" : on);
  }

  /**
   * Its stack, innermost frame first: at the wait if it waits, where it failed if it failed, empty
   * when it is done otherwise (Python: {@code get_stack}, which lists the oldest first).
   */
  public abstract StackTraceElement[] stackTrace();

  /** Prints {@link #stackTrace}. */
  public final void printStack(PrintStream out) {
    StackTraceElement[] frames = stackTrace();
    out.println(frames.length == 0 ? "No stack for " + this : "Stack for " + this);
    for (StackTraceElement frame : frames) {
      out.println("\tat " + frame);
    }
  }

  // ---- cancelling --------------------------------------------------------------------------

  /**
   * Asks the task to end. Each call counts and is delivered again, also during cleanup.
   *
   * @param reason travels in the {@link CancelledError}; the last one before delivery wins
   * @return false if the task is done already
   */
  @Override
  public final boolean cancel(@Nullable String reason) {
    loop().checkRoom("cancel");
    if (isDone()) {
      return false;
    }
    cancelRequests++;
    cancelReason = reason;
    if (deliverToWait(reason)) {
      cancelDelivered();
    } else {
      mustCancel = true;
      cancelOutside();
    }
    return true;
  }

  /** How many cancel requests have been made and not taken back (Python: {@code cancelling()}). */
  public final int cancelRequests() {
    return cancelRequests;
  }

  /**
   * Takes back one request; at zero a cancel that was not delivered yet is withdrawn.
   *
   * @return how many requests are left
   */
  public final int uncancel() {
    loop().checkRoom("uncancel");
    if (cancelRequests > 0 && --cancelRequests == 0) {
      mustCancel = false;
      clearInterrupt();
    }
    return cancelRequests;
  }

  /** Passes the request to what the task waits on; false if there is nothing that takes it. */
  private boolean deliverToWait(@Nullable String reason) {
    if (waitingOn instanceof LoopFuture<?> future) {
      if (passesCancelOn) {
        failWait(new CancelledError(reason)); // it came back: tasks wait for each other in a circle
        return true;
      }
      passesCancelOn = true;
      try {
        return future.cancel(reason);
      } finally {
        passesCancelOn = false;
      }
    }
    if (leaveWait()) {
      waitCancelled = true;
      loop().core().ready(present(waitingStrand), null);
      return true;
    }
    return false;
  }

  /** Takes the task off what it waits on; false if it does not wait, or was woken already. */
  private boolean leaveWait() {
    Object on = waitingOn;
    if (on instanceof LoopFuture<?> future) {
      return future.removeWaiter(present(waitingStrand));
    }
    if (on instanceof Waiter<?> waiter) {
      return waiter.isWaiting() && waiter.abandon();
    }
    if (on instanceof TimerNode timer && timer.isPending()) {
      loop().core().unschedule(timer);
      return true;
    }
    return false;
  }

  /** A request that found no wait of ours: the task may be parked outside. */
  abstract void cancelOutside();

  /** A request was passed to what the task waits on. */
  void cancelDelivered() {}

  /** Takes back the interrupt of a cancel that has been delivered or withdrawn. */
  void clearInterrupt() {
    interruptSent = false;
  }

  // ---- throwing into it --------------------------------------------------------------------

  /**
   * Throws {@code failure} in this task, at once: at the wait where it is, which ends without
   * cancelling what it waited for. The task runs before anything else that is ready. A calling task
   * goes on behind what is ready; a callback, when this task waits again or ends. (Python:
   * greenlet's {@code throw} from another greenlet of the hub.)
   *
   * <p>In the calling task itself this throws right here. A task that is parked in foreign code is
   * interrupted; otherwise, where no wait can be left, the next one throws. Several are thrown one
   * after the other, a wait each. Before the first step: the body never runs, and the task ends
   * with {@code failure}. This is no cancel and is not counted as one.
   *
   * <p><b>Room:</b> loop or setup.
   *
   * @return false if the task is done already
   * @throws IllegalStateException if this is a suspend task, which can only be cancelled
   */
  public final boolean throwInto(Throwable failure) {
    loop().checkRoom("throwInto");
    if (isDone()) {
      return false;
    }
    Task<?> caller = loop().currentTaskOrNull();
    if (caller == this) {
      throw Unchecked.raise(failure);
    }
    Strand own = strandOrNull();
    if (own == null) {
      throw new IllegalStateException(
          "throwInto: " + describe() + " is a suspend task; use cancel");
    }
    inject(failure);
    boolean left = leaveWait();
    if (left) {
      waitingOn = null; // a cancel from here on finds no wait
    }
    if (left || loop().core().takeReady(own)) {
      runNow(own, caller);
    } else {
      cancelOutside();
    }
    return true;
  }

  private void inject(Throwable failure) {
    if (injected == null) {
      injected = new ArrayDeque<>(1);
    }
    injected.add(failure);
  }

  private void runNow(Strand own, @Nullable Task<?> caller) {
    LoopCore core = loop().core();
    Strand here = core.currentStrand();
    if (here == null) {
      core.ready(own, null); // setup: nothing runs yet
    } else if (caller != null && caller.strandOrNull() == here) {
      core.resumeInstead(own);
      caller.checkAfterWait(false);
    } else {
      core.resumeNow(own);
    }
  }

  /** What is to be thrown next, taken; or null. */
  final @Nullable Throwable takeInjected() {
    return injected == null ? null : injected.poll();
  }

  /** Whether {@link #throwInto} has left something that was not thrown yet. */
  final boolean hasInjected() {
    return injected != null && !injected.isEmpty();
  }

  /** The strand that its body runs on, or null if it has none of its own. */
  abstract @Nullable Strand strandOrNull();

  // ---- waiting: for Waits and WaitQueue ----------------------------------------------------

  final void beginWait(Object on, Strand strand) {
    if (waitingOn != null) {
      return; // another coroutine of this task parks a hub already; this wait is not cancellable
    }
    waitingOn = on;
    waitingStrand = strand;
    // A request from before: it takes effect at this wait.
    if (mustCancel && deliverToWait(cancelReason)) {
      mustCancel = false;
    } else if (injected != null && hasInjected() && leaveWait()) {
      loop().core().ready(strand, null);
    }
  }

  final void endWait(Strand strand) {
    if (waitingStrand == strand) {
      waitingOn = null;
      waitingStrand = null;
    }
  }

  /**
   * After a wait: throws what the wait delivers instead of its outcome.
   *
   * @param cancelled whether the awaited future will throw a CancelledError of its own
   */
  final void checkAfterWait(boolean cancelled) {
    if (injected != null) {
      Throwable failure = injected.poll();
      if (failure != null) {
        mustCancel |= waitCancelled; // a cancel that came first is for the next wait
        waitCancelled = false;
        clearInterrupt();
        throw Unchecked.raise(failure);
      }
    }
    boolean request = mustCancel || waitCancelled;
    if (request || cancelled) {
      mustCancel = false;
      waitCancelled = false;
      clearInterrupt();
    }
    if (request && !cancelled) {
      throw new CancelledError(cancelReason);
    }
  }

  /** The future, timer or place in a queue it waits on, or null. */
  @Nullable Object waitedObject() {
    return waitingOn;
  }

  @Override
  final Collection<? extends Awaitable<?>> sources() {
    Object on = waitedObject();
    if (on instanceof Waiter<?> waiter) {
      return waiter.isWaiting() && waiter.subject() instanceof Held held
          ? held.holders()
          : List.of();
    }
    return on instanceof Awaitable<?> awaitable ? List.of(awaitable) : List.of();
  }

  /** Whether it waits for something that only code of its own loop can bring about. */
  final boolean waitsForLoopOnly() {
    Object on = waitedObject();
    return on instanceof Waiter<?>
        || (on instanceof Awaitable<?> awaitable && awaitable.asFuture().isLoopOnly());
  }

  /** What it waits for, in words. */
  final String describeWait() {
    Object on =
        waitsFor().orElse(this instanceof DrivenTask ? "something in suspend code" : "nothing");
    return on instanceof Awaitable<?> awaitable ? awaitable.asFuture().describe() : on.toString();
  }

  /**
   * Ends the present wait with {@code failure}, without running it at once; see {@link #throwInto}.
   */
  void failWait(Throwable failure) {
    Strand strand = waitingStrand;
    if (strand != null && leaveWait()) {
      waitingOn = null;
      inject(failure);
      loop().core().ready(strand, null);
    }
  }

  /**
   * What left a body or a scope: a cancel that foreign code turned into an error of its own (an
   * interrupt) comes back as the cancel it was, and counts as delivered; anything else is given
   * back. For code that makes scopes of its own, with the failure of a body in its hands.
   *
   * <p><b>Room:</b> loop, in this task.
   */
  public final Throwable unmask(Throwable thrown) {
    if (!mustCancel || !Interrupts.isCancelInDisguise(thrown)) {
      return thrown;
    }
    mustCancel = false;
    clearInterrupt();
    return new CancelledError(cancelReason, thrown);
  }

  // ---- ending ------------------------------------------------------------------------------

  /** The body returned. */
  final void bodyReturned(T result) {
    if (mustCancel) {
      tryCancel(new Failure(cancelReason));
    } else {
      trySucceed(result);
    }
  }

  /** The body threw; returns whether that is fatal to the run. */
  final boolean bodyThrew(Throwable left) {
    Throwable instead =
        injected != null && Interrupts.isCancelInDisguise(left) ? takeInjected() : null;
    if (instead != null) {
      instead.addSuppressed(left);
      return bodyThrew(instead);
    }
    Throwable thrown = unmask(left);
    if (thrown instanceof CancelledError) {
      tryCancel(new Failure(thrown));
      return false;
    }
    boolean fatal = Fatal.isFatal(thrown);
    var failure = new Failure(thrown);
    if (fatal) {
      failure.markSeen(); // by the caller of the run, whom it reaches
    }
    tryFail(failure);
    return fatal;
  }

  @Override
  final void onSettled() {
    loop().registry().remove(this);
  }

  @Override
  final boolean isLoopOnly() {
    return true;
  }

  @Override
  final String describe() {
    return "task '" + name() + "'";
  }
}
