package io.greenloop;

import io.greenloop.ChildOptions.OnFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Several bodies that begin one after the other, of which the first success is wanted. The calling
 * task starts them, so they have its context and are its children in reports.
 */
@SuppressWarnings("ReferenceEquality") // identity is meant
final class StaggeredRace<T extends @Nullable Object> {
  private static final ChildOptions CONTESTANT = ChildOptions.DEFAULT.onFailure(OnFailure.IGNORE);

  private final @Nullable Duration delay;
  private final List<Callable<? extends T>> bodies;
  private final List<Task<T>> running = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();

  /** Failed while nobody had won; somebody may have by the time the task has ended. */
  private final Set<@Nullable Task<?>> failedBefore = new HashSet<>();

  private int started;
  private boolean nextIsDue = true;
  private @Nullable TimerHandle timer;
  private @Nullable Signal wake;
  private @Nullable Task<T> latest;
  private @Nullable CancelledError cancel;
  private @Nullable Outcome<T> winner;

  StaggeredRace(@Nullable Duration delay, Collection<? extends Callable<? extends T>> bodies) {
    this.delay = delay;
    this.bodies = List.copyOf(bodies);
    if (bodies.isEmpty()) {
      throw new IllegalArgumentException("staggeredRace: nothing to run; give at least one body");
    }
  }

  T run() {
    TaskGroup.run(this::contest);
    Outcome<T> won = winner;
    if (won != null) {
      return won.getOrThrow();
    }
    if (failures.isEmpty()) {
      throw new CancelledError("staggeredRace: all " + bodies.size() + " were cancelled");
    }
    throw new ExceptionGroup("staggeredRace: none succeeded", failures);
  }

  // ---- the calling task --------------------------------------------------------------------

  private void contest(TaskGroup group) {
    Task<?> caller = EventLoop.running("staggeredRace").taskThatMayWait("staggeredRace");
    try {
      while (true) {
        if (nextIsDue && started < bodies.size() && winner == null && cancel == null) {
          start(group, bodies.get(started++));
        } else if (running.isEmpty()) {
          break;
        } else {
          await(caller);
        }
      }
    } finally {
      stopTimer();
      if (cancel != null) {
        caller.resumeRepeats();
      }
    }
    if (cancel != null) {
      throw cancel;
    }
  }

  private void start(TaskGroup group, Callable<? extends T> body) {
    Task<T> contestant = group.spawn(CONTESTANT, () -> compete(body));
    running.add(contestant);
    latest = contestant;
    contestant.addWaiter((Runnable) () -> ended(contestant), null);
    nextIsDue = false;
    stopTimer();
    if (delay != null && started < bodies.size()) {
      timer = contestant.loop().callLater(delay, this::due);
    }
  }

  /** Until there may be something to do. A cancel goes on to all that run, each time anew. */
  private void await(Task<?> caller) {
    var woken = new Signal(caller.loop(), () -> "the first success of " + running.size(), running);
    wake = woken;
    try {
      woken.join();
    } catch (CancelledError asked) {
      if (cancel == null) {
        caller.pauseRepeats(); // else each wait from here on would end at once
      }
      cancel = asked;
      cancelAllBut(null, asked.reason());
    } finally {
      wake = null;
    }
  }

  private void cancelAllBut(@Nullable Task<?> spared, @Nullable String reason) {
    for (Task<T> contestant : List.copyOf(running)) {
      if (contestant != spared) {
        contestant.cancel(reason);
      }
    }
  }

  // ---- contestants, and callbacks ----------------------------------------------------------

  /**
   * The others are cancelled here, not when the task has ended: one that is ready to run by then
   * must not win too, for nobody would take what it gives.
   */
  private T compete(Callable<? extends T> body) throws Exception {
    Task<?> contestant = Task.currentOrNull();
    T result;
    try {
      result = body.call();
    } catch (Throwable thrown) {
      if (winner == null) {
        failedBefore.add(contestant);
      }
      throw thrown;
    }
    if (winner == null) {
      winner = new Outcome<>(result, null);
      cancelAllBut(contestant, "another one has won");
    }
    return result;
  }

  private void ended(Task<T> contestant) {
    running.remove(contestant);
    Failure failure = contestant.failure();
    if (failure != null && !contestant.isCancelled() && failedBefore.contains(contestant)) {
      failure.markSeen();
      failures.add(failure.throwable(false));
    }
    if (contestant == latest) {
      nextIsDue = true;
    }
    wakeCaller();
  }

  private void due() {
    nextIsDue = true;
    wakeCaller();
  }

  private void wakeCaller() {
    Signal waiting = wake;
    if (waiting != null) {
      waiting.trySucceed(null);
    }
  }

  private void stopTimer() {
    TimerHandle set = timer;
    if (set != null) {
      set.cancel();
      timer = null;
    }
  }
}
