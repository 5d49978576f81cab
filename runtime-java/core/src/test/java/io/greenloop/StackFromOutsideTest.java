package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Taking the stack of a task, as every thread dump does, must not wake it. */
class StackFromOutsideTest {
  @Test
  void aStackTakenOnTheLoopDoesNotWakeTheTask(TestLoop t) {
    t.run(
        () -> {
          Promise<String> go = newPromise();
          var joins = spawn(() -> go.join());
          var sleeps =
              spawn(
                  () -> {
                    sleep(ofSeconds(5));
                    t.note("slept");
                  });
          yieldNow();
          assertThat(joins.stackTrace()).isNotEmpty();
          assertThat(sleeps.stackTrace()).isNotEmpty();
          yieldNow();
          yieldNow();

          assertThat(joins.isDone()).isFalse();
          assertThat(sleeps.isDone()).isFalse();
          go.complete("x");
          assertThat(joins.join()).isEqualTo("x");
          sleeps.join();
        });

    assertThat(t.trail()).containsExactly("slept@5000");
  }

  /**
   * The JDK holds a thread for the time of the trace: a step that falls into it must not be lost.
   */
  @Test
  void stacksTakenByAnotherThreadNeitherWakeNorLoseATask(TestLoop t) throws Exception {
    var stop = new AtomicBoolean();
    var tracer = new ArrayList<Thread>();
    t.run(
        () -> {
          Promise<String> never = newPromise();
          var waits = spawn(() -> never.join());
          var yields =
              spawn(
                  () -> {
                    for (int i = 0; i < 20_000; i++) {
                      yieldNow();
                    }
                    return "all turns";
                  });
          tracer.add(
              Thread.ofPlatform()
                  .start(
                      () -> {
                        while (!stop.get()) {
                          waits.stackTrace();
                          yields.stackTrace();
                        }
                      }));
          assertThat(yields.join()).isEqualTo("all turns");
          assertThat(waits.isDone()).isFalse();
          stop.set(true);
          never.complete("x");
          assertThat(waits.join()).isEqualTo("x");
        });
    tracer.getFirst().join();
  }
}
