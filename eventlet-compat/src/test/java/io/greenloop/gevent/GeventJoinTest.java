package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeventJoinTest {
  private static Greenlet<String> after(int millis, String result) {
    return Gevent.spawn(
        () -> {
          Gevent.sleep(ofMillis(millis));
          if (result.startsWith("!")) {
            throw new IOException(result);
          }
          return result;
        });
  }

  @Test
  @Parity({"GE-1.1.6", "GE-C6", "GE-C11", "GE-C23"})
  void joinAllGivesThemInTheOrderOfTheirEnds(TestLoop t) {
    t.run(
        () -> {
          var slow = after(30, "slow");
          var quick = after(10, "quick");
          var failing = after(20, "!");

          assertThat(Gevent.joinAll(List.of(slow, quick, failing)))
              .containsExactly(quick, failing, slow);
          t.note("all");
          assertThat(Gevent.<Greenlet<String>>joinAll(List.of())).isEmpty();
        });

    assertThat(t.trail()).containsExactly("all@30");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"GE-1.1.6", "GE-C11", "GE-C6"})
  void aLimitGivesThoseThatHaveEndedAndACountIsEnough(TestLoop t) {
    t.run(
        () -> {
          var slow = after(30, "slow");
          var quick = after(10, "quick");
          assertThat(Gevent.joinAll(List.of(slow, quick), ofMillis(20))).containsExactly(quick);
          t.note("limit");
          assertThat(slow.hasLinks()).isFalse();
          var third = after(30, "third");
          assertThat(Gevent.joinAll(List.of(third, slow), JoinOptions.DEFAULT.count(1)))
              .containsExactly(slow);
          t.note("count");
        });

    assertThat(t.trail()).containsExactly("limit@20", "count@30");
  }

  @Test
  @Parity({"GE-1.1.6", "GE-C6", "GE-C28"})
  void theFirstErrorIsRaisedAtOnceIfThatIsWanted(TestLoop t) {
    t.run(
        () -> {
          var slow = after(30, "slow");
          var late = after(20, "! late");
          var early = after(10, "! early");
          assertThatThrownBy(
                  () ->
                      Gevent.joinAll(List.of(late, slow, early), JoinOptions.DEFAULT.raiseError()))
              .hasMessage("! early");
          t.note("raised");
          assertThat(slow.get()).isEqualTo("slow");
        });

    assertThat(t.trail()).containsExactly("raised@10");
    assertThat(t.errors()).hasSize(2);
  }

  @Test
  @Parity({"GE-1.1.9", "GE-1.1.11", "GE-C38", "GE-C28"})
  void awaitTakesWhateverCanBeLinkedTo(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          var result = new AsyncResult<String>();
          var semaphore = new Semaphore(0);
          var greenlet = after(15, "end");
          t.loop().callLater(ofMillis(10), () -> result.set("value"));
          t.loop().callLater(ofMillis(20), event::set);
          t.loop().callLater(ofMillis(40), semaphore::release);
          List<Waitable<?>> all = List.of(event, semaphore, result, greenlet);

          assertThat(Gevent.await(all, ofMillis(30))).isEqualTo(List.of(result, greenlet, event));
          t.note("in time");
          assertThat(Gevent.await(List.of(event, event))).hasSize(2);
          t.note("twice");
          assertThat(Gevent.await(all, JoinOptions.DEFAULT.count(1))).hasSize(1);
          assertThat(Gevent.awaitAny(semaphore)).isSameAs(semaphore);
          t.note("last");
        });

    assertThat(t.trail()).containsExactly("in time@30", "twice@30", "last@40");
  }

  @Test
  @Parity({"GE-1.1.9", "GE-1.10.7", "GE-C45"})
  void withoutObjectsItWaitsUntilNothingIsLeft(TestLoop t) {
    t.run(
        () -> {
          after(10, "a");
          t.loop().callLater(ofMillis(30), () -> t.note("timer"));
          Gevent.spawn(() -> new Event().await()); // nobody will set it
          assertThat(Gevent.awaitIdle(ofMillis(20))).isFalse();
          t.note("not yet");
          Gevent.awaitIdle();
          t.note("idle");
          assertThat(Gevent.awaitIdle(ofMillis(5))).isTrue();
          t.note("again");
          Gevent.spawn(
                  () ->
                      assertThatThrownBy(Gevent::awaitIdle)
                          .isInstanceOf(IllegalStateException.class)
                          .hasMessageContaining("only the main greenlet"))
              .get();
        });

    assertThat(t.trail()).containsExactly("not yet@20", "timer@30", "idle@30", "again@30");
  }

  @Test
  @Parity({"GE-1.1.10", "GE-C23"})
  void iwaitGivesThemOneByOne(TestLoop t) {
    t.run(
        () -> {
          var slow = after(30, "slow");
          var quick = after(10, "quick");
          for (var each : Gevent.iwait(List.of(slow, quick, quick))) {
            t.note(each.getValue());
          }

          var never = new Event();
          try (var some = Gevent.iwait(List.of(never), ofMillis(10))) {
            assertThat(some.hasNext()).isFalse();
            t.note("over");
          }
          var some = Gevent.iwait(List.<Waitable<?>>of(quick, never));
          assertThat(some.next()).isSameAs(quick);
          some.close();
          assertThat(some.hasNext()).isFalse();
          assertThat(never.linkCount()).isZero();
        });

    assertThat(t.trail()).containsExactly("quick@10", "quick@10", "slow@30", "over@40");
  }

  @Test
  @Parity("GE-C38")
  void aLinkMayWaitAndEndDuringANotification(TestLoop t) {
    t.run(
        () -> {
          var event = new Event();
          var woken = new ArrayList<Greenlet<?>>();
          for (String name : List.of("a", "b")) {
            woken.add(
                Gevent.spawn(
                    () -> {
                      event.await();
                      t.note(name);
                      event.await(); // behind those who still wait
                      t.note(name + " again");
                    }));
          }
          Gevent.sleep();
          event.set();
          Gevent.joinAll(woken);
        });

    assertThat(t.trail()).containsExactly("a@0", "b@0", "a again@0", "b again@0");
  }

  @Test
  void theFirstOfManyWinsAndTheOthersAreKilled(TestLoop t) {
    t.run(
        () -> {
          String winner =
              Gevent.firstOf(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(50));
                    } finally {
                      t.note("killed");
                    }
                    return "slow";
                  },
                  () -> {
                    Gevent.sleep(ofMillis(10));
                    return "quick";
                  });
          t.note(winner);
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("quick@10", "killed@10");
  }
}
