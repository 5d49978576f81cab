package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.loop.TimerNode;
import java.util.function.BooleanSupplier;

/** The places where a task gives the carrier back. All waiting goes through here. */
final class Waits {
  private Waits() {}

  /** Parks the current task until {@code future} is done. */
  static void untilDone(LoopFuture<?> future, String operation) {
    untilDone(future, operation, () -> false);
  }

  /** As above, but see {@link Task#checkAfterWait(boolean, BooleanSupplier)}. */
  static void untilDone(LoopFuture<?> future, String operation, BooleanSupplier happened) {
    EventLoop loop = future.loop();
    Task<?> task = loop.taskThatMayWait(operation);
    if (future == task) {
      throw new IllegalStateException(
          operation + ": " + task.describe() + " cannot wait for itself; return from it instead");
    }
    loop.parkedSteps().note(task, operation);
    Strand strand = present(loop.core().currentStrand());
    future.addWaiter(strand, null);
    task.park(future, strand);
    task.checkAfterWait(future.endsWaitCancelled(), happened);
  }

  /** Parks the current task until the loop's clock shows {@code dueNanos}. */
  static void untilTime(EventLoop loop, long dueNanos, String operation) {
    Task<?> task = loop.taskThatMayWait(operation);
    loop.parkedSteps().note(task, operation);
    LoopCore core = loop.core();
    Strand strand = present(core.currentStrand());
    var timer = new TimerNode(strand, null);
    core.schedule(timer, dueNanos);
    task.park(timer, strand);
    task.checkAfterWait(false);
  }

  /** Lets everything that is ready run first. */
  static void oneTurn(EventLoop loop, String operation) {
    Task<?> task = loop.taskThatMayWait(operation);
    loop.parkedSteps().note(task, operation);
    Strand strand = present(loop.core().currentStrand());
    strand.suspendInQueue();
    task.checkAfterWait(false);
  }
}
