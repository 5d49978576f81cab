package io.greenloop.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.EventLoop;
import io.greenloop.testing.Parity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The door for other threads: linearizable, in order of arrival, and no wake-up is lost. */
class InboxTest {
  private static final boolean LONG = Integer.getInteger("greenloop.seeds", 20) > 100;

  /** The operations as Lincheck runs them: any thread pushes, one takes. */
  public static class Model {
    private final Inbox inbox = new Inbox();

    @Operation
    public void push(@Param(gen = IntGen.class) int value) {
      inbox.push(value, null);
    }

    @Operation(nonParallelGroup = "carrier")
    public List<Integer> takeAll() {
      var taken = new ArrayList<Integer>();
      for (Inbox.Node n = inbox.takeAll(); n != null; n = n.next) {
        taken.add((Integer) n.action);
      }
      return taken;
    }

    @Operation(nonParallelGroup = "carrier")
    public boolean isEmpty() {
      return inbox.isEmpty();
    }
  }

  /** What it means, on one thread. */
  public static class Sequential {
    private final List<Integer> values = new ArrayList<>();

    public void push(int value) {
      values.add(value);
    }

    public List<Integer> takeAll() {
      var taken = List.copyOf(values);
      values.clear();
      return taken;
    }

    public boolean isEmpty() {
      return values.isEmpty();
    }
  }

  @Test
  @DisabledIfSystemProperty(named = "greenloop.test.mode", matches = "portable") // the same code
  @Parity("LOOP-3")
  void everyInterleavingIsLinearizable() {
    new ModelCheckingOptions()
        .iterations(LONG ? 100 : 3)
        .invocationsPerIteration(LONG ? 5000 : 100)
        .threads(3)
        .actorsPerThread(2)
        .sequentialSpecification(Sequential.class)
        .check(Model.class);
  }

  @Test
  @Parity("LOOP-3")
  void soIsTheRealMachine() {
    assumeTrue(LONG, "noWakeUpIsLost is the quick form; this one runs with -Pnightly");
    new StressOptions()
        .iterations(100)
        .invocationsPerIteration(20_000)
        .threads(3)
        .actorsPerThread(3)
        .sequentialSpecification(Sequential.class)
        .check(Model.class);
  }

  @Test
  @Timeout(120)
  @Parity({"LOOP-3", "AC-events.1"})
  void noWakeUpIsLost() throws InterruptedException {
    int rounds = LONG ? 1_000_000 : 20_000;
    int threads = 2;
    var failures = new AtomicInteger();
    try (var loop = EventLoop.create()) {
      var done = new CountDownLatch(threads);
      for (int i = 0; i < threads; i++) {
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  var answered = new Semaphore(0);
                  // Each waits for its answer, so the loop falls asleep between two of them.
                  for (int round = 0; round < rounds && failures.get() == 0; round++) {
                    loop.callSoonThreadsafe(answered::release);
                    if (!acquired(answered)) {
                      failures.incrementAndGet();
                    }
                  }
                  done.countDown();
                  if (done.getCount() == 0) {
                    loop.callSoonThreadsafe(loop::stop);
                  }
                });
      }
      if (failures.get() == 0) {
        loop.runForever();
      }
      done.await();
    }
    assertThat(failures).hasValue(0);
  }

  private static boolean acquired(Semaphore answered) {
    try {
      return answered.tryAcquire(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
