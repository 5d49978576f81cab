package io.greenloop.testing;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.AsyncTimeoutException;
import io.greenloop.TaskGroup;
import io.greenloop.sync.Lock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The code of docs/guide/testing.md. */
@GreenloopTest
class TestingGuideTest {
  /** A task that tries again, waiting twice as long each time. */
  private static void untilItWorks(TestLoop t, int failures) {
    Duration pause = ofSeconds(1);
    for (int attempt = 0; attempt < failures; attempt++) {
      t.note("failed");
      sleep(pause);
      pause = pause.multipliedBy(2);
    }
    t.note("worked");
  }

  @Test
  void waitsTwiceAsLongEachTime(TestLoop t) {
    t.run(() -> untilItWorks(t, 3));

    assertThat(t.trail()).containsExactly("failed@0", "failed@1000", "failed@3000", "worked@7000");
  }

  @Test
  void nothingHappensBeforeItsTime(TestLoop t) {
    t.loop().spawn(() -> untilItWorks(t, 1));

    t.advance(ofMillis(999));
    assertThat(t.trail()).containsExactly("failed@0");

    t.advance(ofMillis(1));
    assertThat(t.trail()).endsWith("worked@1000");
  }

  @Test
  void aTimeLimitCostsNoTime(TestLoop t) {
    t.run(
        () ->
            assertThatThrownBy(() -> timeout(ofSeconds(30), () -> sleep(ofSeconds(60))))
                .isInstanceOf(AsyncTimeoutException.class));

    assertThat(t.loop().isClosed()).isTrue();
  }

  /** An account whose bank is asked before each payment. */
  private static final class Account {
    private final Lock lock = new Lock();
    private int balance = 100;

    void pay(int amount) {
      lock.acquire();
      try {
        if (balance >= amount) {
          sleep(ofMillis(5)); // asks the bank
          balance -= amount;
        }
      } finally {
        lock.release();
      }
    }
  }

  @Seeds(50)
  void anAccountIsNeverOverdrawn(TestLoop t, long seed) {
    var random = new SplittableRandom(seed);
    var account = new Account();

    t.run(
        () ->
            TaskGroup.run(
                group -> {
                  for (int i = 0; i < 5; i++) {
                    int amount = 10 + random.nextInt(60);
                    group.spawn(() -> account.pay(amount));
                  }
                }));

    assertThat(account.balance).isNotNegative();
  }

  @Test
  void neitherIsOneWhosePaymentsTimeOut() {
    Exploration.of(500)
        .run(
            (t, seed) -> {
              var account = new Account();
              var random = new SplittableRandom(seed);
              t.run(
                  () -> {
                    for (int i = 0; i < 5; i++) {
                      int limit = random.nextInt(20);
                      spawn(() -> timeout(ofMillis(limit), () -> account.pay(60)));
                    }
                    sleep(ofSeconds(1));
                  });
              assertThat(account.balance).isGreaterThanOrEqualTo(40);
              assertThat(account.lock.isLocked()).isFalse();
              t.errors(); // payments that ran into their limit, and nobody joined
            });
  }

  /** What happens to the account, step by step; wrong as soon as 100 have been paid in. */
  private static boolean goesWrong(List<Integer> steps) {
    return steps.stream().mapToInt(Integer::intValue).sum() >= 100;
  }

  @Test
  void aFailingListIsCutDown() {
    List<Integer> smallest =
        Exploration.shrink(
            List.of(5, 60, 7, 40, 3), TestingGuideTest::withoutOne, TestingGuideTest::goesWrong);

    assertThat(smallest).containsExactly(60, 40);
  }

  private static List<List<Integer>> withoutOne(List<Integer> steps) {
    var smaller = new ArrayList<List<Integer>>();
    for (int i = 0; i < steps.size(); i++) {
      var cut = new ArrayList<>(steps);
      cut.remove(i);
      smaller.add(cut);
    }
    return smaller;
  }
}
