package io.greenloop.coroutine;

import static io.greenloop.Aio.blocking;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Foreign code inside a coroutine, which has a thread of its own in portable mode. */
@RealTime
@Timeout(20)
class ForeignInCoroutineTest {
  private static final CountDownLatch NEVER = new CountDownLatch(1);

  @Test
  void aCancelInterruptsItAndLeavesNoInterruptBehind(TestLoop t) {
    List<Boolean> flags = new ArrayList<>();
    t.run(
        () -> {
          var task =
              spawn(
                  () -> {
                    var g =
                        Generator.<Integer>yielding(
                            "g",
                            y -> {
                              try {
                                blocking(
                                    () -> {
                                      NEVER.await();
                                      return 0;
                                    });
                              } finally {
                                flags.add(Thread.currentThread().isInterrupted());
                              }
                            });
                    try (g) {
                      g.next();
                    } finally {
                      flags.add(Thread.currentThread().isInterrupted());
                    }
                    return 0;
                  });
          yieldNow();
          yieldNow();
          task.cancel();
          assertThatThrownBy(task::join).isInstanceOf(CancelledError.class);
        });

    assertThat(flags).containsOnly(false);
  }
}
