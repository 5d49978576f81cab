package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.gatherSettled;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Outcome;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import java.time.Duration;
import java.util.List;

/** What becomes of two gathered tasks when one fails, and when their waiter is cancelled. */
public final class GatherFailure {
  private GatherFailure() {}

  private static String task1() {
    sleep(Duration.ofSeconds(1));
    throw new IllegalArgumentException("task1 failed");
  }

  private static String task2() {
    sleep(Duration.ofSeconds(2));
    return "task2 result";
  }

  private static void firstFailure() {
    try {
      println(gather(spawn(GatherFailure::task1), spawn(GatherFailure::task2)).join());
    } catch (IllegalArgumentException e) {
      println("caught: " + e.getMessage());
    }
  }

  private static void settled() {
    var tasks = List.of(spawn(GatherFailure::task1), spawn(GatherFailure::task2));
    for (Outcome<String> outcome : gatherSettled(tasks).join()) {
      println(outcome.isFailure() ? outcome.failure() : outcome.result());
    }
  }

  private static void cancelledWaiter() {
    var children = List.of(spawn(GatherFailure::task1), spawn(GatherFailure::task2));
    Task<?> waiter = spawn(() -> gather(children).join());
    sleep(Duration.ofMillis(500));
    waiter.cancel();
    try {
      waiter.join();
    } catch (CancelledError e) {
      children.forEach(child -> println(child.state()));
    }
  }

  static void run(RunOptions options) {
    Aio.run(
        options,
        () -> {
          firstFailure();
          settled();
          cancelledWaiter();
        });
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
