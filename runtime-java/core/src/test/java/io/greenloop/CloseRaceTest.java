package io.greenloop;

import io.greenloop.testing.Parity;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * Work that other threads hand to a loop while it is closed: accepted or refused, never forgotten.
 * On real threads: Lincheck's model checker cannot restore what a whole loop refers to.
 */
class CloseRaceTest {
  private static final boolean LONG = Integer.getInteger("greenloop.seeds", 20) > 100;

  /** The operations as Lincheck runs them. */
  public static class Model {
    private final EventLoop loop = EventLoop.create();
    private final List<CompletableFuture<String>> accepted = new CopyOnWriteArrayList<>();

    @Operation
    public boolean submit() {
      try {
        accepted.add(loop.submit(() -> "it runs"));
        return true;
      } catch (LoopClosedException closed) {
        return false;
      }
    }

    @Operation
    public void close() {
      loop.close();
    }

    /** Who was accepted is told of the close, for nothing ran. */
    @Validate
    public void everybodyIsTold() {
      loop.close();
      for (CompletableFuture<String> each : accepted) {
        if (!each.isDone()) {
          throw new IllegalStateException("somebody waits for a loop that is closed");
        }
      }
    }
  }

  /** What it means, on one thread. */
  public static class Sequential {
    private boolean closed;

    public boolean submit() {
      return !closed;
    }

    public void close() {
      closed = true;
    }
  }

  @Test
  @DisabledIfSystemProperty(named = "greenloop.test.mode", matches = "portable") // the same code
  @Parity("LOOP-3")
  void submitAndCloseAtTheSameTime() {
    new StressOptions()
        .iterations(LONG ? 100 : 5)
        .invocationsPerIteration(LONG ? 5000 : 200)
        .threads(2)
        .actorsPerThread(2)
        .sequentialSpecification(Sequential.class)
        .check(Model.class);
  }
}
