package io.greenloop;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.TestLoop;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IdleTest {
  private final WaitQueue<@Nullable Void, @Nullable Void> never =
      new WaitQueue<>("what never comes", (value, brought) -> {});

  @Test
  void aTimerThatKeepsNothingAliveDoesNotHideADeadLock(TestLoop t) {
    t.run(
        () -> {
          t.loop().callLater(ofMillis(5), () -> t.note("strong"));
          t.loop().callLater(ofMillis(10), () -> t.note("weak")).unref();

          assertThatThrownBy(() -> never.park("park", null))
              .isInstanceOf(LoopExit.class)
              .hasMessageContaining("what never comes");
          t.note("exit");
        });

    assertThat(t.trail()).containsExactly("strong@5", "exit@5");
  }

  @Test
  void itFiresWhileSomethingElseKeepsTheProgramAlive(TestLoop t) {
    t.run(
        () -> {
          t.loop().callLater(ofMillis(10), () -> t.note("weak")).unref();
          Aio.sleep(ofMillis(20));
        });

    assertThat(t.trail()).containsExactly("weak@10");
  }

  @Test
  void aCancelledOneLeavesNoTrace(TestLoop t) {
    t.run(
        () -> {
          t.loop().callLater(ofMillis(10), () -> t.note("weak")).unref().cancel();
          t.loop().callLater(ofMillis(20), () -> t.note("strong"));

          assertThatThrownBy(() -> never.park("park", null)).isInstanceOf(LoopExit.class);
        });

    assertThat(t.trail()).containsExactly("strong@20");
  }

  @Test
  void whoAsksIsToldOnceThatNothingIsLeftAndThatIsNoDeadLock(TestLoop t) {
    t.run(
        () -> {
          var idle = new WaitQueue<@Nullable Void, @Nullable Void>("idle", (value, brought) -> {});
          t.loop().callLater(ofMillis(30), () -> t.note("timer"));
          t.loop().onIdle(() -> t.note("taken back")).remove();
          t.loop().onIdle(() -> idle.serveFirst(null));

          idle.park("park", null);
          t.note("idle");

          t.loop().onIdle(() -> idle.runFirst(null));
          idle.park("park", null);
          t.loop().onIdle(() -> idle.runFirst(null)); // asked from inside the call before
          idle.park("park", null);

          assertThatThrownBy(() -> never.park("park", null)).isInstanceOf(LoopExit.class);
        });

    assertThat(t.trail()).containsExactly("timer@30", "idle@30");
  }

  @Test
  void aWaiterCanBeRunAheadOfWhatIsReady(TestLoop t) {
    t.run(
        () -> {
          var queue = new WaitQueue<String, @Nullable Void>("a word", (value, brought) -> {});
          var waiter = Aio.spawn(() -> t.note(queue.park("park", null)));
          Aio.yieldNow();
          t.loop()
              .callSoon(
                  () -> {
                    assertThat(queue.runFirst("served")).isTrue();
                    t.note("callback goes on, " + waiter.isDone());
                    assertThat(queue.runFirst("nobody")).isFalse();
                  });
          Aio.spawn(() -> t.note("ready before"));
          Aio.yieldNow();
        });

    assertThat(t.trail()).containsExactly("served@0", "callback goes on, true@0", "ready before@0");
  }

  @Test
  void aTaskThatRunsAWaiterGoesOnBehindWhatIsReady(TestLoop t) {
    t.run(
        () -> {
          var queue = new WaitQueue<String, @Nullable Void>("a word", (value, brought) -> {});
          Aio.spawn(() -> t.note(queue.park("park", null)));
          Aio.yieldNow();
          Aio.spawn(() -> t.note("ready before"));

          queue.runFirst("served");
          t.note("task");
        });

    assertThat(t.trail()).containsExactly("served@0", "ready before@0", "task@0");
  }

  @Test
  void theLoopNamesTheTaskThatARunWaitsFor(TestLoop t) {
    assertThat(t.loop().mainTask()).isEmpty();
    t.run(
        () -> {
          Task<?> main = Aio.currentTask().orElseThrow();
          assertThat(Aio.spawn(() -> t.loop().mainTask().orElseThrow()).join()).isSameAs(main);
        });
    assertThat(t.loop().mainTask()).isEmpty();
  }

  @Test
  void aTaskKnowsWhatWrapsIt(TestLoop t) {
    t.run(
        () -> {
          var face = new Object();
          var task =
              Aio.spawn(
                  () -> {
                    Task<?> self = Task.currentOrNull();
                    return self == null ? null : self.attachment();
                  });

          task.attach(face);

          assertThat(task.join()).isSameAs(face);
        });
  }
}
