package io.greenloop;

import static io.greenloop.Aio.currentTask;
import static io.greenloop.Aio.gatherSettled;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.shield;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static io.greenloop.Aio.waitFor;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.internal.loop.LoopCores;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random programs of spawns, waits, cancels, groups and timeouts: whatever they do, the promises of
 * the loop hold, and the same seed gives the same run.
 */
class RandomProgramsTest {
  private static final int TASKS = 25;
  private static final int STEPS = 8;

  /** One program and what it saw. */
  private static final class Program {
    private final TestLoop t;
    private final SplittableRandom random;
    private final List<Task<?>> tasks = new ArrayList<>();
    private final List<Promise<Integer>> promises = new ArrayList<>();
    private int inside;
    private int spawned;

    Program(TestLoop t, long seed) {
      this.t = t;
      this.random = new SplittableRandom(seed);
    }

    void run() {
      t.run(
          () -> {
            for (int i = 0; i < 5; i++) {
              promises.add(newPromise());
            }
            for (int i = 0; i < 6; i++) {
              start();
            }
            // Whatever waits for a promise gets it in the end, and then all tasks must end.
            sleep(ofMillis(200));
            promises.forEach(p -> p.tryComplete(0));
            for (int i = 0; i < tasks.size(); i++) {
              waitQuietly(tasks.get(i));
            }
            checkEnded();
          });
    }

    private static void waitQuietly(Task<?> task) {
      Aio.waitUntil(List.of(task));
    }

    private void checkEnded() {
      var core = LoopCores.of(t.loop());
      assertThat(Aio.allTasks()).containsExactly(currentTask().orElseThrow());
      assertThat(core.pendingTimers()).isZero();
      assertThat(core.foreignParked()).isZero();
      assertThat(currentTask().orElseThrow().cancelRequests()).isZero();
      for (int i = 0; i < tasks.size(); i++) {
        Task<?> task = tasks.get(i);
        assertThat(task.isDone()).isTrue();
        if (task.failure() != null) {
          task.failure().markSeen();
        }
        t.note(task.name() + " " + task.state() + (task.failure() == null ? "" : " failed"));
      }
    }

    private void start() {
      if (spawned == TASKS) {
        return;
      }
      int number = spawned++;
      tasks.add(
          spawn(
              TaskOptions.named("t" + number).eagerStart(random.nextInt(8) == 0),
              () -> {
                body(number);
                return number;
              }));
    }

    private void body(int number) throws IOException {
      for (int i = 0; i < STEPS; i++) {
        alone(number);
        try {
          step(number);
        } catch (CancelledError cancel) {
          t.note("t" + number + " cancelled");
          if (random.nextInt(3) > 0) {
            throw cancel;
          }
          currentTask().orElseThrow().uncancel();
        } catch (AsyncTimeoutException | ExceptionGroup | LoopExit expected) {
          t.note("t" + number + " " + expected.getClass().getSimpleName());
        }
      }
      if (random.nextInt(10) == 0) {
        throw new IOException("t" + number);
      }
    }

    /** L1: nothing else runs between two lines that do not wait. */
    private void alone(int number) {
      assertThat(inside++).isZero();
      t.note("t" + number);
      assertThat(currentTask().orElseThrow().name()).isEqualTo("t" + number);
      assertThat(--inside).isZero();
    }

    private void step(int number) {
      switch (random.nextInt(12)) {
        case 0 -> yieldNow();
        case 1, 2 -> sleep(ofMillis(random.nextInt(10)));
        case 3 -> start();
        case 4 -> cancelOne();
        case 5 -> {
          Task<?> other = one();
          if (other != currentTask().orElseThrow()) {
            Aio.waitUntil(WaitMode.FIRST_COMPLETED, ofMillis(random.nextInt(20)), List.of(other));
          }
        }
        case 6 -> timeout(ofMillis(random.nextInt(10)), () -> sleep(ofMillis(random.nextInt(20))));
        case 7 -> waitFor(promise(), ofMillis(1 + random.nextInt(10)));
        case 8 -> gatherSettled(List.of(shield(promise()), promise())).cancel();
        case 9 -> group();
        case 10 -> t.loop().callLater(ofMillis(random.nextInt(10)), () -> promise().tryComplete(1));
        default -> timeout(ofMillis(5), () -> shield(promise()).join());
      }
    }

    private Promise<Integer> promise() {
      int index = random.nextInt(promises.size());
      if (promises.get(index).isDone()) {
        promises.set(index, t.loop().newPromise());
        Promise<Integer> fresh = promises.get(index);
        t.loop().callLater(ofMillis(random.nextInt(40)), () -> fresh.tryComplete(2));
      }
      return promises.get(index);
    }

    private Task<?> one() {
      return tasks.get(random.nextInt(tasks.size()));
    }

    private void cancelOne() {
      one().cancel("by seed");
    }

    private void group() {
      TaskGroup.run(
          g -> {
            for (int i = 0; i < 3; i++) {
              int kind = random.nextInt(6);
              g.spawn(
                  () -> {
                    sleep(ofMillis(random.nextInt(6)));
                    if (kind == 0) {
                      throw new IOException("child");
                    }
                    if (kind == 1) {
                      g.cancel();
                    }
                  });
            }
            sleep(ofMillis(random.nextInt(4)));
          });
    }
  }

  private static List<String> trail(long seed) {
    try (var t = TestLoop.virtual(seed)) {
      new Program(t, seed).run();
      assertThat(t.errors()).isEmpty();
      return t.trail();
    }
  }

  @Seeds(100)
  void thePromisesOfTheLoopHoldAndTheSeedReplaysTheRun(long seed) {
    List<String> first = trail(seed);
    assertThat(first).isNotEmpty();
    assertThat(trail(seed)).isEqualTo(first);
  }
}
