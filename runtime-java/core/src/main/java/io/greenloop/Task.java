package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.loop.TimerNode;
import java.io.PrintStream;
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
  private @Nullable String name;
  private int cancelRequests;
  @Nullable String cancelReason;

  /** A request that no wait has delivered yet. */
  boolean mustCancel;

  /** The present wait, if there is one: a future, a timer, or null. */
  private @Nullable Object waitingOn;

  private @Nullable Strand waitingStrand;
  private boolean timerCancelled;
  private boolean passesCancelOn;
  private @Nullable Throwable injected;
  boolean interruptSent;
  int slot; // in the loop's registry

  Task(EventLoop loop, TaskOptions options) {
    super(loop);
    TaskContext given = options.contextOrNull();
    this.context = given != null ? given : TaskContext.current().copy();
    this.parent = loop.currentTaskOrNull();
    this.name = options.nameOrNull();
  }

  // ---- what it is --------------------------------------------------------------------------

  /** Its name; {@code Task-N} unless given. Any thread. */
  public final String name() {
    String given = name;
    return given != null ? given : "Task-" + number;
  }

  /** Renames it, also while it runs. */
  public final void setName(Object name) {
    this.name = String.valueOf(name);
  }

  /** Its context variables. */
  public final TaskContext context() {
    return context;
  }

  /** The task that spawned it, if one did. */
  public final Optional<Task<?>> parent() {
    return Optional.ofNullable(parent);
  }

  /** What it waits for at this moment, if it waits in a wait of ours. */
  public final Optional<Object> waitsFor() {
    Object on = waitingOn;
    return Optional.ofNullable(on instanceof TimerNode ? "sleep" : on != null ? on : awaitedFuture());
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
    if (waitingOn instanceof TimerNode timer && timer.isPending()) {
      loop().core().unschedule(timer);
      timerCancelled = true;
      loop().core().ready(present(waitingStrand), null);
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

  // ---- waiting: for Waits ------------------------------------------------------------------

  final void beginWait(Object on, Strand strand) {
    if (waitingOn != null) {
      return; // another coroutine of this task parks a hub already; this wait is not cancellable
    }
    waitingOn = on;
    waitingStrand = strand;
    // A request from before: it takes effect at this wait.
    if (mustCancel && deliverToWait(cancelReason)) {
      mustCancel = false;
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
    Throwable failure = injected;
    if (failure != null) {
      injected = null;
      throw Unchecked.raise(failure);
    }
    boolean request = mustCancel || timerCancelled;
    if (request || cancelled) {
      mustCancel = false;
      timerCancelled = false;
      clearInterrupt();
    }
    if (request && !cancelled) {
      throw new CancelledError(cancelReason);
    }
  }

  /** The future it waits on, or null. */
  @Nullable LoopFuture<?> awaitedFuture() {
    return waitingOn instanceof LoopFuture<?> f ? f : null;
  }

  /** Ends the present wait with {@code failure}; the task waits on a future. */
  void failWait(Throwable failure) {
    LoopFuture<?> future = awaitedFuture();
    if (future != null && future.removeWaiter(present(waitingStrand))) {
      injected = failure;
      loop().core().ready(present(waitingStrand), null);
    }
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
  final boolean bodyThrew(Throwable thrown) {
    if (thrown instanceof CancelledError) {
      tryCancel(new Failure(thrown));
      return false;
    }
    if (mustCancel && Interrupts.isCancelInDisguise(thrown)) {
      tryCancel(new Failure((Throwable) new CancelledError(cancelReason, thrown)));
      return false;
    }
    tryFail(thrown);
    return Fatal.isFatal(thrown);
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
