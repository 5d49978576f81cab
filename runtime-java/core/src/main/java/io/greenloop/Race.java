package io.greenloop;

import io.greenloop.ChildOptions.OnFailure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Several bodies of which one is wanted. */
final class Race<T extends @Nullable Object> {
  private static final ChildOptions CONTESTANT = ChildOptions.DEFAULT.onFailure(OnFailure.IGNORE);

  private final String operation;
  private final boolean failureWins;
  private final List<Callable<? extends T>> bodies;
  private final List<Throwable> failures = new ArrayList<>();
  private @Nullable Task<T> winner;

  Race(String operation, boolean failureWins, Collection<? extends Callable<? extends T>> bodies) {
    this.operation = operation;
    this.failureWins = failureWins;
    this.bodies = List.copyOf(bodies);
    if (bodies.isEmpty()) {
      throw new IllegalArgumentException(operation + ": nothing to run; give at least one body");
    }
  }

  T run() {
    EventLoop.running(operation).taskThatMayWait(operation);
    try {
      TaskGroup.run(this::start);
    } catch (ExceptionGroup nobodysDoing) { // of the contestants, whose failures are ignored there
      List<Throwable> all = nobodysDoing.exceptions();
      throw all.size() == 1 ? Unchecked.raise(all.getFirst()) : nobodysDoing;
    }
    Task<T> first = winner;
    if (first != null) {
      return first.join(); // done: does not wait
    }
    if (failures.isEmpty()) {
      throw new CancelledError(operation + ": all " + bodies.size() + " were cancelled");
    }
    throw new ExceptionGroup(operation + ": none succeeded", failures);
  }

  private void start(TaskGroup group) {
    for (Callable<? extends T> body : bodies) {
      Task<T> contestant = group.spawn(CONTESTANT, body);
      contestant.addWaiter((Runnable) () -> ended(group, contestant), null);
    }
  }

  private void ended(TaskGroup group, Task<T> contestant) {
    if (contestant.isCancelled()) {
      return;
    }
    Failure failure = contestant.failure();
    if (winner != null) {
      Failure winning = winner.failure();
      if (failure != null && winning != null) {
        failure.markSeen();
        suppress(winning.throwable(false), failure.throwable(false));
      }
    } else if (failure == null || failureWins) {
      winner = contestant;
      group.cancel();
    } else {
      failure.markSeen();
      failures.add(failure.throwable(false));
    }
  }

  private static void suppress(Throwable winning, Throwable other) {
    if (winning != other) {
      winning.addSuppressed(other);
    }
  }
}
