package io.greenloop.eventlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class LinkTest {
  @Test
  @Parity({"EV-1.2.7", "EV-C5"})
  void linksAreCalledInOrderInTheContextOfTheFinishingOne(TestLoop t) {
    t.run(
        () -> {
          var thread = Eventlet.spawn(() -> 5);
          var tasks = new ArrayList<Task<?>>();
          thread.link(g -> t.note("one " + g.await() + " " + g.isDead()));
          thread.link((g, argument) -> t.note("two " + argument), "argument");
          thread.link(g -> tasks.add(Task.currentOrNull()));
          thread.await();

          assertThat(tasks.get(0)).isSameAs(thread.task().orElseThrow());
        });

    assertThat(t.trail()).containsExactly("one 5 false@0", "two argument@0");
  }

  @Test
  @Parity({"EV-1.2.7", "EV-C6"})
  void linkedAfterTheEndItIsCalledAtOnce(TestLoop t) {
    t.run(
        () -> {
          var thread = Eventlet.spawn(() -> 5);
          thread.await();
          Eventlet.sleep();

          thread.link(g -> t.note("link " + g.isDead()));
          t.note("behind link");
        });

    assertThat(t.trail()).containsExactly("link true@0", "behind link@0");
  }

  @Test
  @Parity("EV-1.2.8")
  void aLinkThatThrowsIsReportedAndLaterOnesAreSkipped(TestLoop t) {
    t.run(
        () -> {
          var thread = Eventlet.spawn(() -> 5);
          thread.link(g -> t.note("one"));
          thread.link(
              g -> {
                throw new IllegalStateException("bad link");
              });
          thread.link(g -> t.note("three"));

          assertThat(thread.await()).isEqualTo(5);
          assertThat(t.errors())
              .singleElement()
              .satisfies(error -> assertThat(error.exception()).hasMessage("bad link"));
          assertThat(thread.isDead()).isTrue();
          assertThat(t.trail()).containsExactly("one@0");

          thread.link(g -> t.note("four")); // as in eventlet, calls what was skipped too
        });

    assertThat(t.trail()).containsExactly("one@0", "three@0", "four@0");
  }

  @Test
  @Parity({"EV-1.2.9", "EV-C7"})
  void aLinkMayLinkAndEachRunsOnce(TestLoop t) {
    t.run(
        () -> {
          var thread = Eventlet.spawn(() -> 5);
          thread.link(
              g -> {
                g.link(again -> t.note("inner"));
                t.note("outer");
              });
          thread.await();
        });

    assertThat(t.trail()).containsExactly("outer@0", "inner@0");
  }

  @Test
  @Parity("EV-1.2.10")
  void unlinkTakesOneBackAndSaysWhetherItWasThere(TestLoop t) {
    t.run(
        () -> {
          var thread = Eventlet.spawn(() -> 5);
          var one = thread.link(g -> t.note("one"));
          var two = thread.link(g -> t.note("two"));

          assertThat(thread.unlink(one)).isTrue();
          assertThat(thread.unlink(one)).isFalse();
          thread.await();
          assertThat(thread.unlink(two)).isFalse();
        });

    assertThat(t.trail()).containsExactly("two@0");
  }

  @Test
  @Parity("EV-1.2.21")
  void theResultIsThereFirstThenTheLinksThenTheReport(TestLoop t) {
    t.run(
        () -> {
          var bad =
              Eventlet.spawn(
                  () -> {
                    throw new IllegalStateException("bad");
                  });
          bad.link(g -> t.note("link " + g.isDone() + " " + t.errors().size()));
          Eventlet.spawn(
              () -> {
                assertThatThrownBy(bad::await).hasMessage("bad");
                t.note("waiter " + t.errors().size());
              });
          Eventlet.sleep();
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("link true 0@0", "waiter 1@0");
  }
}
