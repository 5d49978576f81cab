package io.greenloop;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** A hub that parks in the middle of a batch. */
@FullMode("a foreign wait parks the hub only in full mode")
class HubTest {
  private final ReentrantLock lock = new ReentrantLock();

  private void callbackThatBlocks(TestLoop t, String name) {
    t.note(name + " blocks");
    lock.lock();
    t.note(name + " resumes");
    lock.unlock();
  }

  @Test
  @Parity("LOOP-2")
  void whatFollowsKeepsItsOrderAndTheBlockedCallbackResumesBehindWhatIsQueuedByThen(TestLoop t) {
    t.run(
        () -> {
          lock.lock();
          t.loop().callSoon(() -> t.note("before"));
          t.loop().callSoon(() -> callbackThatBlocks(t, "a"));
          t.loop().callSoon(() -> t.note("b"));
          t.loop().callSoon(() -> t.note("c"));
          yieldNow();
          t.note("main");
          t.loop().callSoon(() -> t.note("queued before the unlock"));
          lock.unlock();
          t.loop().callSoon(() -> t.note("queued after the unlock"));
          yieldNow();
          yieldNow();
        });

    assertThat(t.trail())
        .containsExactly(
            "before@0",
            "a blocks@0",
            "b@0",
            "c@0",
            "main@0",
            "queued before the unlock@0",
            "a resumes@0",
            "queued after the unlock@0");
  }

  @Test
  @Parity("LOOP-2")
  void severalBlockedCallbacksResumeInTheOrderTheyWereWoken(TestLoop t) {
    t.run(
        () -> {
          lock.lock();
          for (String name : List.of("a", "b", "c")) {
            t.loop().callSoon(() -> callbackThatBlocks(t, name));
          }
          t.loop().callSoon(() -> t.note("last"));
          yieldNow();
          lock.unlock();
          sleep(ofMillis(1));
          for (int i = 0; i < 10; i++) {
            yieldNow();
          }
        });

    assertThat(t.trail().subList(0, 4))
        .containsExactly("a blocks@0", "b blocks@0", "c blocks@0", "last@0");
    assertThat(t.trail().subList(4, 7).stream().map(s -> s.replaceAll("@.*", "")))
        .containsExactly("a resumes", "b resumes", "c resumes");
  }

  @Test
  void aBlockedCallbackKeepsItsContextAndStaysNoTask(TestLoop t) {
    ContextVar<String> var = ContextVar.create("v");
    t.run(
        () -> {
          lock.lock();
          var.set("registrar");
          t.loop()
              .callSoon(
                  () -> {
                    callbackThatBlocks(t, "a");
                    t.note(var.get() + " " + Aio.currentTask());
                    t.loop().callSoon(() -> t.note("scheduled by it"));
                  });
          var.set("main");
          t.loop().callSoon(() -> t.note("another " + var.get()));
          yieldNow();
          lock.unlock();
          yieldNow();
          yieldNow();
          yieldNow();
        });

    assertThat(t.trail())
        .containsExactly(
            "a blocks@0",
            "another main@0",
            "a resumes@0",
            "registrar Optional.empty@0",
            "scheduled by it@0");
  }

  @Test
  void aCallbackThatBlocksAndThenThrowsIsReportedAsItself(TestLoop t) {
    t.run(
        () -> {
          lock.lock();
          t.loop()
              .callSoon(
                  () -> {
                    callbackThatBlocks(t, "a");
                    throw new IllegalStateException("after the park");
                  });
          t.loop().callSoon(() -> t.note("b"));
          yieldNow();
          lock.unlock();
          yieldNow();
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("a blocks@0", "b@0", "a resumes@0");
    assertThat(t.errorMessages())
        .singleElement()
        .asString()
        .startsWith("callback in io.greenloop.HubTest")
        .endsWith("threw java.lang.IllegalStateException");
  }

  @Test
  void oneThingRunsAtATimeHoweverManyHubsArePresent(TestLoop t) { // L1
    var inside = new ArrayList<String>();
    t.run(
        () -> {
          var parked = new ArrayList<Thread>();
          for (int i = 0; i < 20; i++) {
            t.loop()
                .callSoon(
                    () -> {
                      parked.add(Thread.currentThread());
                      LockSupport.park();
                      assertThat(inside).isEmpty();
                      inside.add("x");
                      inside.clear();
                    });
          }
          yieldNow();
          assertThat(parked).hasSize(20).doesNotHaveDuplicates();
          Aio.toThread(
                  () -> {
                    parked.forEach(LockSupport::unpark);
                    return 0;
                  })
              .join();
          for (int i = 0; i < 30; i++) {
            assertThat(inside).isEmpty();
            yieldNow();
          }
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void anEntryOfATurnIsNotLostWhenTheHubParksLast(TestLoop t) {
    t.run(
        () -> {
          lock.lock();
          t.loop().callSoon(() -> callbackThatBlocks(t, "only"));
          yieldNow();
          spawn(lock::isLocked).join();
          lock.unlock();
          yieldNow();
          yieldNow();
        });

    assertThat(t.trail()).containsExactly("only blocks@0", "only resumes@0");
  }
}
