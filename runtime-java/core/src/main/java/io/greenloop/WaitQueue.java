package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.loop.PinnedException;
import io.greenloop.internal.loop.Strand;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one thing, in the order in which they came: what locks, semaphores and queues
 * are made of.
 *
 * <p><b>Waiting is a hand-over.</b> What becomes free is given to the first waiter, at once and by
 * name, and the waiter is queued to run; nobody who comes later can take it. A waiter that is
 * cancelled leaves the queue at once; one that is cancelled after it was served, and before it
 * runs, passes on what it got. Nothing is lost, nobody barges in.
 *
 * <p>A task that waits here is no hope for the loop: if all tasks wait for such objects, the
 * program is dead-locked, and the report prints what this queue is for.
 *
 * <p><b>Room:</b> loop; adding and serving also during setup.
 *
 * @param <T> what is handed to a waiter
 * @param <B> what a waiter brings
 */
public final class WaitQueue<T extends @Nullable Object, B extends @Nullable Object> {
  private final Object subject;
  private final BiConsumer<? super T, ? super B> takeBack;
  private final BiConsumer<? super Throwable, ? super B> unheard;
  private @Nullable Waiter<T> first;
  private @Nullable Waiter<T> last;
  private int size;

  /**
   * @param subject what is waited for; its {@code toString} stands in reports
   * @param takeBack gets what was handed to a waiter that could not use it any more, and what that
   *     waiter had brought; usually hands it to the next one
   */
  public WaitQueue(Object subject, BiConsumer<? super T, ? super B> takeBack) {
    this(subject, takeBack, (failure, brought) -> {});
  }

  /**
   * {@link #WaitQueue(Object, BiConsumer)} for failures that carry something.
   *
   * @param unheard gets what a wait has failed with if its waiter was gone by then, and what that
   *     waiter had brought
   */
  public WaitQueue(
      Object subject,
      BiConsumer<? super T, ? super B> takeBack,
      BiConsumer<? super Throwable, ? super B> unheard) {
    this.subject = subject;
    this.takeBack = takeBack;
    this.unheard = unheard;
  }

  /** Whether nobody waits. */
  public boolean isEmpty() {
    return first == null;
  }

  /** How many wait. */
  public int size() {
    return size;
  }

  // ---- waiting -----------------------------------------------------------------------------

  /**
   * Parks the calling task until something is handed to it.
   *
   * @param operation the name of the call, for errors
   * @return what was handed over
   * @throws CancelledError if the task was cancelled; what was handed to it has been passed on
   * @throws IllegalStateException in a callback (no task to park), while pinned, or if tasks of
   *     another loop wait here
   */
  public T park(String operation, B brought) {
    return parkUnless(operation, brought, null);
  }

  /**
   * {@link #park(String, Object)} for waits that cannot be undone once they have had their effect:
   * then a cancel, and what was thrown into the task, are left for its next wait.
   *
   * @param happened asked after the wait was served, and only if something else was asked of the
   *     task meanwhile: whether, with what was brought, it is too late to pass on what was handed
   *     over
   */
  public T park(String operation, B brought, Predicate<? super B> happened) {
    return parkUnless(operation, brought, () -> happened.test(brought));
  }

  private T parkUnless(String operation, B brought, @Nullable BooleanSupplier happened) {
    Task<?> task = Task.currentOrNull();
    if (task == null) {
      task = EventLoop.running(operation).taskThatMayWait(operation); // throws: says why not
    }
    EventLoop loop = task.loop();
    checkSameLoop(operation, task);
    loop.parkedSteps().note(task, operation);
    Strand strand = present(loop.core().currentStrand());
    ParkedTask<T> waiter = ParkedTask.of(task, strand);
    waiter.decideBy(happened);
    link(waiter, brought, task);
    try {
      task.park(waiter, strand);
      task.checkAfterWait(false, waiter);
    } catch (Throwable instead) {
      waiter.abandon();
      throw instead;
    }
    T outcome = waiter.outcome();
    waiter.usedBy(task);
    return outcome;
  }

  /** Who hands something over does so on one loop: all must wait there. */
  private void checkSameLoop(String operation, Task<?> task) {
    Task<?> present = firstTask();
    if (present != null && present.loop() != task.loop()) {
      throw new IllegalStateException(
          operation
              + ": "
              + subject
              + " is waited for on "
              + present.loop()
              + ", so task '"
              + task.name()
              + "' of "
              + task.loop()
              + " cannot wait for it; give each loop its own, and post between them by"
              + " callSoonThreadsafe");
    }
  }

  /**
   * {@link LoopFuture#join} for those who make one wait of several: {@code happened} is as in
   * {@link #park(String, Object, Predicate)}, and where it holds this returns, however the future
   * ended.
   */
  public static void parkUntilDone(
      String operation, LoopFuture<?> future, BooleanSupplier happened) {
    if (!future.isDone()) {
      Waits.untilDone(future, operation, happened);
    }
    if (!happened.getAsBoolean()) {
      future.join();
    }
  }

  /**
   * Throws what {@link #park} would throw where no task can wait; for callers that must change
   * something before they park.
   *
   * @throws IllegalStateException in a callback, or where no loop runs
   */
  public static void checkMayPark(String operation) {
    EventLoop.running(operation).taskThatMayWait(operation);
  }

  /**
   * Whether {@code thrown}, which a wait has thrown, says that to wait is no use: the wait was
   * refused, or the program is dead-locked. Anything else was asked of the task meanwhile, and code
   * that must have what it waits for, such as to take back a lock, waits again.
   */
  public static boolean isHopeless(Throwable thrown) {
    return thrown instanceof PinnedException || thrown instanceof LoopExit;
  }

  /** Adds a waiter behind all others, on behalf of the calling task if there is one. */
  public void add(Waiter<T> waiter, B brought) {
    link(waiter, brought, Task.currentOrNull());
  }

  private void link(Waiter<T> waiter, B brought, @Nullable Task<?> task) {
    waiter.queuedIn(this, brought);
    waiter.task = task;
    Waiter<T> before = last;
    waiter.previous = before;
    last = waiter;
    if (before == null) {
      first = waiter;
    } else {
      before.next = waiter;
    }
    size++;
  }

  // ---- serving -----------------------------------------------------------------------------

  /**
   * Hands {@code value} to the first waiter and queues it to run.
   *
   * @return false if nobody waits
   */
  public boolean serveFirst(T value) {
    Waiter<T> waiter = first;
    if (waiter == null) {
      return false;
    }
    unlink(waiter);
    waiter.serve(value);
    return true;
  }

  /**
   * {@link #serveFirst}, but the waiter does not queue: it runs at once, ahead of everything that
   * is ready. A calling callback goes on when it waits again or ends, a calling task behind what is
   * ready. (Python: a {@code switch} from the hub.)
   *
   * @return false if nobody waits
   */
  public boolean runFirst(T value) {
    Waiter<T> waiter = first;
    if (waiter == null) {
      return false;
    }
    unlink(waiter);
    waiter.serveNow(value);
    return true;
  }

  /** Hands {@code value} to everybody who waits now. */
  public void serveAll(T value) {
    for (int left = size; left > 0; left--) {
      serveFirst(value);
    }
  }

  /** Hands {@code value} to those who wait now and have brought what {@code whom} holds for. */
  public void serveThose(Predicate<? super B> whom, T value) {
    Waiter<T> waiter = first;
    while (waiter != null) {
      Waiter<T> behind = waiter.next;
      if (whom.test(brought(waiter))) {
        unlink(waiter);
        waiter.serve(value);
      }
      waiter = behind;
    }
  }

  /** The task that the first waiter stands for; null if there is none. */
  public @Nullable Task<?> firstTask() {
    Waiter<T> waiter = first;
    return waiter == null ? null : waiter.task;
  }

  /** What the first waiter has brought; somebody waits. */
  public B firstBrought() {
    Waiter<T> waiter = first;
    if (waiter == null) {
      throw new IllegalStateException("firstBrought: nobody waits for " + subject);
    }
    return brought(waiter);
  }

  /** Makes every wait fail, each with a throwable of its own. */
  public void failAll(Supplier<? extends Throwable> failure) {
    for (Waiter<T> waiter = first; waiter != null; waiter = first) {
      unlink(waiter);
      waiter.fail(failure.get());
    }
  }

  // ---- for Waiter --------------------------------------------------------------------------

  void unlink(Waiter<T> waiter) {
    Waiter<T> before = waiter.previous;
    Waiter<T> after = waiter.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    waiter.previous = null;
    waiter.next = null;
    size--;
  }

  void passOn(Waiter<T> waiter, T value) {
    takeBack.accept(value, brought(waiter));
  }

  void passOnFailure(Waiter<T> waiter, Throwable failure) {
    unheard.accept(failure, brought(waiter));
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // null where B allows it
  private B brought(Waiter<T> waiter) {
    return (B) waiter.brought;
  }

  /** What is waited for. */
  Object subject() {
    return subject;
  }

  @Override
  public String toString() {
    return subject + " (" + size + " waiting)";
  }
}
