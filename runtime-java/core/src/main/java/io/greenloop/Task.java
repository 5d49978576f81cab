package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.jfr.Recording;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.PinnedException;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.loop.Strands;
import io.greenloop.internal.loop.TimerNode;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
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
  static {
    Strands.setLookup(task -> ((Task<?>) task).strandOrNull());
  }

  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final long OVER_BUDGET = -1;

  private Object context; // or its values, until somebody asks for it
  private final List<Ancestor> ancestors; // nearest first
  private @Nullable List<Ancestor> ofChildren; // ancestors, once it has spawned one
  private final long number = NUMBERS.incrementAndGet();
  private final @Nullable StackTraceElement createdAt;
  private final String namePrefix;
  private @Nullable String name;
  private @Nullable Object attachment;
  private int cancelRequests;

  /** What no wait has delivered yet; null almost always. */
  private @Nullable PendingRequests pending;

  /** The present wait, if there is one: a future, a timer, a place in a queue, or null. */
  private @Nullable Object waitingOn;

  private @Nullable Strand waitingStrand;
  private boolean passesCancelOn;
  boolean interruptSent;
  int slot; // in the loop's registry
  private long ranNanos; // in all, while its loop counts that; OVER_BUDGET once reported

  Task(EventLoop loop, TaskOptions options) {
    super(loop);
    TaskContext given = options.contextOrNull();
    this.context = given != null ? given : TaskContext.currentValues();
    Task<?> spawner = loop.currentTaskOrNull();
    this.ancestors = spawner == null ? List.of() : spawner.ancestorsOfChildren();
    this.namePrefix = options.namePrefixOrDefault();
    this.name = options.nameOrNull();
    this.createdAt = CreationLine.here(loop);
    if (Recording.isOn()) {
      Recording.taskStarted(
          number, name(), loop.core().name(), spawner == null ? null : spawner.number);
    }
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

  /**
   * Keeps {@code face}: what wraps this task, for whoever has the task and looks for the wrapper.
   *
   * <p><b>Room:</b> loop or setup.
   */
  public final void attach(@Nullable Object face) {
    attachment = face;
  }

  /** What {@link #attach} keeps, or null. */
  public final @Nullable Object attachment() {
    return attachment;
  }

  /** Its number: unique in the JVM, ascending in the order of creation. Any thread. */
  public final long id() {
    return number;
  }

  /** Renames it, also while it runs. */
  public final void setName(Object name) {
    this.name = String.valueOf(name);
  }

  /**
   * Its context variables.
   *
   * <p><b>Room:</b> loop or setup.
   *
   * @throws WrongThreadException when called from another thread
   */
  public final TaskContext context() {
    loop().checkRoom("context");
    TaskContext made = TaskContext.from(context);
    context = made;
    return made;
  }

  final void setContext(TaskContext other) {
    context = other;
  }

  /** The values of its context, without making one. */
  final Map<ContextVar<?>, Object> contextValues() {
    return TaskContext.valuesOf(context);
  }

  /** The line that spawned it, if it was spawned in debug mode. */
  public final Optional<StackTraceElement> creationLine() {
    return Optional.ofNullable(createdAt);
  }

  /** Name and creation line, for reports. */
  final String describeWithLine() {
    return describe() + CreationLine.suffix(createdAt);
  }

  /** {@link #describeWithLine()}, and who spawned it, for reports. Any thread. */
  final String describeWithAncestors() {
    return describeWithLine() + Ancestor.describe(ancestors);
  }

  /** The task that spawned it, if one did and has not ended yet. Any thread. */
  public final Optional<Task<?>> parent() {
    return ancestors.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(ancestors.getFirst().taskOrNull());
  }

  /** The {@link #id} of the task that spawned it, if one did. Any thread. */
  public final OptionalLong parentId() {
    return ancestors.isEmpty() ? OptionalLong.empty() : OptionalLong.of(ancestors.getFirst().id());
  }

  private List<Ancestor> ancestorsOfChildren() {
    List<Ancestor> line = ofChildren;
    if (line == null) {
      line = Ancestor.and(this, ancestors);
      ofChildren = line;
    }
    return line;
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
   * What it does at this moment, in words: {@code runs}, {@code waits for lock@1f2e}, {@code is
   * blocked outside of the loop}, {@code is ready to run}, {@code is done}. Any thread: may be out
   * of date at once.
   */
  public final String activity() {
    if (isDone()) {
      return "is done";
    }
    if (loop().core().mountedStrand() != null && loop().core().ownerSeenFromOutside() == this) {
      return "runs";
    }
    Strand own = strandOrNull();
    if (own != null && own.isForeign()) {
      return "is blocked outside of the loop";
    }
    return own != null && waitedObject() == null
        ? "is ready to run"
        : "waits for " + describeWait();
  }

  /**
   * Its stack, innermost frame first: at the wait if it waits, where it failed if it failed, empty
   * when it is done otherwise (Python: {@code get_stack}, which lists the oldest first).
   */
  public abstract StackTraceElement[] stackTrace();

  /** Of a task that is done: where it failed, if it did. */
  final StackTraceElement[] stackOfOutcome() {
    Failure failure = failure();
    return failure == null || isCancelled()
        ? new StackTraceElement[0]
        : failure.throwable(false).getStackTrace();
  }

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
    return cancelFor(null, reason);
  }

  /**
   * {@link #cancel(String)} by a scope of this task, which takes it back by {@link #withdraw} when
   * it ends. For code that makes scopes of its own.
   *
   * <p><b>Room:</b> loop.
   *
   * @param owner the scope; null if nobody will take it back
   * @return false if the task is done already
   */
  public final boolean cancelFor(@Nullable Object owner, @Nullable String reason) {
    return cancelFor(owner, reason, 0, false);
  }

  /**
   * {@link #cancelFor(Object, String)} by a scope of this package.
   *
   * @param shieldsOfOwner {@link #shields} where the scope began: later ones keep its request off
   * @param repeats whether each wait throws it, until it is withdrawn
   */
  final boolean cancelFor(
      @Nullable Object owner, @Nullable String reason, int shieldsOfOwner, boolean repeats) {
    loop().checkRoom("cancel");
    if (isDone()) {
      return false;
    }
    if (passesCancelOn && owner == null) {
      endCircle();
      return true;
    }
    cancelRequests++;
    boolean mayReachWait = pending().addCancel(owner, reason, shieldsOfOwner, repeats);
    if (mayReachWait && !passesCancelOn) { // else it goes along with the one under way
      if (deliverToWait()) {
        cancelDelivered(reason);
      } else {
        cancelOutside(reason);
      }
    }
    return true;
  }

  /**
   * Takes back the request that {@code owner} made by {@link #cancelFor}, which is called once,
   * when the scope ends. One that no wait has delivered does not reach a later wait.
   *
   * <p><b>Room:</b> loop.
   *
   * @return how many requests of anybody are left, without those that a shield keeps off
   */
  public final int withdraw(Object owner) {
    PendingRequests requests = pending;
    if (requests != null) {
      requests.withdraw(owner);
      forgetIfDelivered(requests);
    }
    uncancel();
    return requestsHere();
  }

  /** {@link #cancelRequests} without those that a shield keeps off. */
  final int requestsHere() {
    PendingRequests requests = pending;
    return requests == null ? cancelRequests : cancelRequests - requests.held();
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
    if (cancelRequests > 0 && --cancelRequests == 0 && pending != null) {
      pending.withdrawAll();
      forgetIfDelivered(pending);
    }
    return cancelRequests;
  }

  /**
   * How many requests have been thrown in it and not taken back: what a scope of this task finds at
   * its entry, and does not take for a cancel that came meanwhile.
   */
  final int deliveredRequests() {
    PendingRequests requests = pending;
    return requests == null
        ? cancelRequests
        : Math.max(0, cancelRequests - requests.undelivered() - requests.held());
  }

  /** Whether a cancel has reached no wait yet. */
  final boolean mustCancel() {
    PendingRequests requests = pending;
    return requests != null && requests.undelivered() > 0;
  }

  /** The reason of the cancel that has reached no wait yet. */
  final @Nullable String cancelReason() {
    PendingRequests requests = pending;
    return requests == null ? null : requests.reason();
  }

  /** The cancels that have reached no wait need none any more: they were thrown otherwise. */
  final void dropCancels() {
    PendingRequests requests = pending;
    if (requests != null) {
      requests.markDelivered();
      if (!requests.hasInjected()) {
        clearInterrupt();
      }
      forgetIfDelivered(requests);
    }
  }

  /** The last cancel that was thrown hits the next wait, still as one of who asked. */
  final void throwCancelAgain() {
    PendingRequests requests = pending;
    if (requests != null) {
      requests.throwAgain();
    }
  }

  /** How many shields are up. */
  final int shields() {
    PendingRequests requests = pending;
    return requests == null ? 0 : requests.shields();
  }

  /** Keeps off whoever has not begun inside of the shield, until {@link #lowerShield}. */
  final void raiseShield() {
    PendingRequests requests = pending();
    requests.raiseShield();
    forgetIfDelivered(requests); // an interrupt that it sent is held off, too
  }

  final void lowerShield() {
    PendingRequests requests = pending();
    requests.lowerShield();
    forgetIfDelivered(requests);
  }

  /** Cancels are thrown once each, also those that repeat, until {@link #resumeRepeats}. */
  final void pauseRepeats() {
    pending().pauseRepeats();
  }

  final void resumeRepeats() {
    PendingRequests requests = pending();
    requests.resumeRepeats();
    forgetIfDelivered(requests);
  }

  private PendingRequests pending() {
    PendingRequests requests = pending;
    if (requests == null) {
      requests = new PendingRequests();
      pending = requests;
    }
    return requests;
  }

  private void forgetIfDelivered(PendingRequests requests) {
    if (requests.undelivered() == 0 && !requests.hasInjected()) {
      clearInterrupt();
    }
    if (requests.isEmpty()) {
      pending = null;
    }
  }

  /** Passes the cancels to what the task waits on; false if there is nothing that takes them. */
  private boolean deliverToWait() {
    PendingRequests requests = pending();
    if (waitingOn instanceof LoopFuture<?> future) {
      passesCancelOn = true;
      try {
        if (!future.cancel(requests.reason())) {
          return false;
        }
      } finally {
        passesCancelOn = false;
      }
      requests.giveToWait(false);
      return true;
    }
    if (leaveWait()) {
      requests.giveToWait(true);
      loop().core().ready(present(waitingStrand), null);
      return true;
    }
    return false;
  }

  /**
   * The request that is passed on came back: tasks wait for each other in a circle. It is the same
   * one, so it is not counted again; it ends the wait here.
   */
  private void endCircle() {
    PendingRequests requests = pending();
    if (waitingOn != null && requests.undelivered() > 0) { // else it has come back before
      String reason = requests.reason();
      requests.markDelivered();
      failWait(new CancelledError(reason));
    }
  }

  /** Takes the task off what it waits on; false if it does not wait, or was woken already. */
  private boolean leaveWait() {
    return waitingOn != null && leave(waitingOn, present(waitingStrand));
  }

  /** {@link #leaveWait} for what was injected: a cancel from here on finds no wait. */
  private boolean leaveWaitToThrow() {
    boolean left = leaveWait();
    if (left) {
      waitingOn = null;
    }
    return left;
  }

  /** Takes {@code strand} off {@code on}; false if it was woken already. */
  private boolean leave(Object on, Strand strand) {
    if (on instanceof LoopFuture<?> future) {
      return future.removeWaiter(strand);
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
  abstract void cancelOutside(@Nullable String reason);

  /** A request was passed to what the task waits on. */
  void cancelDelivered(@Nullable String reason) {}

  /** Whether foreign code has taken the interrupt of what is pending for its end. */
  boolean interruptWasHeard() {
    return false;
  }

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
    pending().inject(failure);
    if (leaveWaitToThrow() || loop().core().takeReady(own)) {
      runNow(own, caller);
    } else {
      cancelOutside(null);
    }
    return true;
  }

  /**
   * Takes back {@code failure}, which {@link #throwInto} was given, if the task has not got to it:
   * a wait had its effect in the same turn, or foreign code was not to be interrupted. For code
   * whose throwables mean a block, such as a time limit, and nothing behind it.
   *
   * <p><b>Room:</b> loop or setup.
   *
   * @return false if it has been thrown, a wait has been left for it, foreign code was interrupted
   *     for it and has noticed, or it is not known here
   */
  public final boolean withdrawThrown(Throwable failure) {
    loop().checkRoom("withdrawThrown");
    PendingRequests requests = pending;
    boolean leftForFirst = waitingStrand != null && waitingOn == null;
    if (requests == null || interruptWasHeard() || !requests.takeBack(failure, leftForFirst)) {
      return false;
    }
    forgetIfDelivered(requests);
    return true;
  }

  /**
   * Whether its body has a stack of its own, so that it may park and {@link #throwInto} works; a
   * suspend task has none. Any thread.
   */
  public final boolean isStackful() {
    return strandOrNull() != null;
  }

  /** {@code served} is a strand of this task that suspends; it runs at once. */
  void runServed(Strand served) {
    runNow(served, loop().currentTaskOrNull());
  }

  private void runNow(Strand own, @Nullable Task<?> caller) {
    LoopCore core = loop().core();
    Strand here = core.currentStrand();
    if (here == null) {
      core.ready(own, null); // setup: nothing runs yet
    } else if (caller != null && caller.strandOrNull() == here) {
      core.direct().resumeInstead(own);
      caller.checkAfterWait(false);
    } else {
      core.direct().resume(own);
    }
  }

  /** What is to be thrown next, taken; or null. */
  final @Nullable Throwable takeInjected() {
    PendingRequests requests = pending;
    return requests == null ? null : requests.takeInjected();
  }

  /** Whether {@link #throwInto} has left something that was not thrown yet. */
  final boolean hasInjected() {
    PendingRequests requests = pending;
    return requests != null && requests.hasInjected();
  }

  /** For {@link ParkedTask}: what its last wait has left to use again. */
  @Nullable ParkedTask<?> spareWaiter;

  /** The strand that its body runs on, or null if it has none of its own. */
  abstract @Nullable Strand strandOrNull();

  // ---- waiting: for Waits and WaitQueue ----------------------------------------------------

  /**
   * Gives the carrier back until {@code strand}, which {@code on} knows as its waiter by now, is
   * queued again. All parking on something goes through here; {@link #checkAfterWait} is next.
   *
   * @param on a future, a timer, or a place in a queue
   * @throws PinnedException if it cannot; {@code on} has forgotten {@code strand} then
   */
  final void park(Object on, Strand strand) {
    try {
      beginWait(on, strand);
      strand.suspend();
    } catch (PinnedException e) {
      leave(on, strand);
      if (pending != null) {
        pending.leaveToNextWait();
      }
      throw e;
    } finally {
      endWait(strand);
    }
  }

  private void beginWait(Object on, Strand strand) {
    if (waitingOn != null) {
      return; // another coroutine of this task parks a hub already; this wait is not cancellable
    }
    waitingOn = on;
    waitingStrand = strand;
    // A request from before: it takes effect at this wait.
    if (pending != null
        && !(mustCancel() && deliverToWait())
        && hasInjected()
        && leaveWaitToThrow()) {
      loop().core().ready(strand, null);
    }
  }

  private void endWait(Strand strand) {
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
    PendingRequests requests = pending;
    if (requests != null) {
      Throwable instead = requests.takeAfterWait(cancelled);
      if (instead != null || cancelled) {
        clearInterrupt();
      }
      if (requests.isEmpty()) {
        pending = null;
      }
      if (instead != null) {
        throw Unchecked.raise(instead);
      }
    }
  }

  /**
   * {@link #checkAfterWait(boolean)}, unless the wait has had an effect that cannot be undone: then
   * what was asked meanwhile is for the next wait, and stays with who asked.
   */
  final void checkAfterWait(boolean cancelled, BooleanSupplier happened) {
    PendingRequests requests = pending;
    if (requests != null && happened.getAsBoolean()) {
      requests.leaveToNextWait();
    } else {
      checkAfterWait(cancelled);
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
    if (strand != null && leaveWaitToThrow()) {
      pending().inject(failure);
      loop().core().ready(strand, null);
    }
  }

  /**
   * What left a body or a scope: a cancel that foreign code turned into an error of its own comes
   * back as the cancel it was, with that error as its cause, and what {@link #throwInto} was given
   * as it is; both count as delivered. Anything else is given back. For code that makes scopes of
   * its own, with the failure of a body in its hands.
   *
   * <p>An error is foreign code's own if it is, or has as a cause, what an interrupt makes of a
   * wait: libraries wrap what interrupts them.
   *
   * <p><b>Room:</b> loop, in this task.
   */
  public final Throwable unmask(Throwable thrown) {
    PendingRequests requests = pending;
    if (requests == null || !isInDisguise(thrown)) {
      return thrown;
    }
    Throwable injected = requests.takeInjected();
    if (injected != null) {
      injected.addSuppressed(thrown);
      forgetIfDelivered(requests);
      return injected;
    }
    String reason = cancelReason();
    dropCancels();
    return new CancelledError(reason, thrown);
  }

  private boolean isInDisguise(Throwable thrown) {
    if (!(mustCancel() || hasInjected()) || Fatal.isFatal(thrown)) {
      return false;
    }
    return Interrupts.isBehind(thrown);
  }

  // ---- its budget --------------------------------------------------------------------------

  /** A step of it ran for {@code nanos}; true if that is more than its budget, for once. */
  final boolean ran(long nanos, long budgetNanos) {
    if (ranNanos == OVER_BUDGET) {
      return false;
    }
    ranNanos += nanos;
    boolean over = ranNanos > budgetNanos;
    if (over) {
      ranNanos = OVER_BUDGET;
    }
    return over;
  }

  // ---- ending ------------------------------------------------------------------------------

  /** The body returned. */
  final void bodyReturned(T result) {
    if (mustCancel()) {
      tryCancel(new Failure(cancelReason()));
    } else {
      trySucceed(result);
    }
  }

  /** The body threw; returns whether that is fatal to the run. */
  final boolean bodyThrew(Throwable left) {
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
    if (ofChildren != null) {
      ofChildren.getFirst().ended();
    }
    if (Recording.isOn()) {
      String outcome = isCancelled() ? "cancelled" : failure() == null ? "finished" : "failed";
      Recording.taskEnded(number, name(), loop().core().name(), outcome);
    }
  }

  @Override
  final boolean isLoopOnly() {
    return true;
  }

  @Override
  final String describe() {
    return "task '" + name() + "'";
  }

  @Override
  public final String toString() {
    return super.toString() + CreationLine.suffix(createdAt);
  }
}
