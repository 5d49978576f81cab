package io.greenloop.eventlet;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueTest {
  private static GreenThread<?> getter(TestLoop t, String name, LightQueue<String> queue) {
    return Eventlet.spawn(() -> t.note(name + " " + queue.get()));
  }

  @Test
  @Parity({"EV-1.6.1", "EV-1.6.2", "EV-C34", "EV-C35"})
  void aPutWaitsForRoomOnly(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          t.note("put a");
          Eventlet.spawn(
              () -> {
                queue.put("b");
                t.note("put b");
              });
          Eventlet.sleep(ofMillis(5));
          t.note("get " + queue.get());
          t.note("get " + queue.get());
        });

    assertThat(t.trail()).containsExactly("put a@0", "get a@5", "get b@5", "put b@5");
  }

  @Test
  @Parity("EV-1.6.1")
  void withoutALimitAPutNeverWaits(TestLoop t) {
    t.run(
        () -> {
          for (var queue : List.of(new Queue<Integer>(), new Queue<Integer>(-1))) {
            for (int i = 0; i < 1000; i++) {
              queue.put(i);
            }
            assertThat(queue.size()).isEqualTo(1000);
            assertThat(queue.isFull()).isFalse();
          }
        });
  }

  @Test
  @Parity({"EV-1.6.1", "EV-1.6.10", "EV-C35", "EV-C39"})
  void aChannelPassesAnItemWhenSomebodyGetsIt(TestLoop t) {
    t.run(
        () -> {
          Queue<String> channel = Queue.channel();
          assertThat(channel.isFull()).isTrue();
          assertThat(channel.isEmpty()).isTrue();
          Eventlet.spawn(
              () -> {
                channel.put("x");
                t.note("passed");
              });
          Eventlet.sleep(ofMillis(10));
          assertThat(channel.putting()).isEqualTo(1);
          assertThat(channel.size()).isZero();
          t.note("got " + channel.get());
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("got x@10", "passed@10");
  }

  @Test
  @Parity("EV-C39")
  void aChannelServesManyGettersAndForgetsASenderWhoseTimeIsUp(TestLoop t) {
    t.run(
        () -> {
          Queue<String> channel = Queue.channel();
          assertThatThrownBy(() -> channel.put("late", ofMillis(3)))
              .isExactlyInstanceOf(QueueFullException.class)
              .hasMessageEndingWith("had no room for PT0.003S");
          getter(t, "one", channel);
          getter(t, "two", channel);
          Eventlet.sleep();
          channel.put("a");
          channel.put("b");
          Eventlet.sleep();
          assertThat(channel.getting()).isZero();
        });

    assertThat(t.trail()).containsExactly("one a@3", "two b@3");
  }

  @Test
  @Parity({"EV-1.6.2", "EV-1.6.9", "EV-1.6.16"})
  void aPutThatIsNotToWaitSaysThatItIsFull(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");

          assertThat(queue.tryPut("b")).isFalse();
          assertThat(queue.offer("c")).isFalse();
          assertThatThrownBy(() -> queue.put("d", ofMillis(7)))
              .isExactlyInstanceOf(QueueFullException.class);

          t.note(queue.get());
          assertThat(queue.isEmpty()).isTrue();
        });

    assertThat(t.trail()).containsExactly("a@7");
  }

  @Test
  @Parity({"EV-1.6.3", "EV-1.6.16"})
  void aGetThatIsNotToWaitSaysThatItIsEmpty(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();

          assertThat(queue.tryGet()).isEmpty();
          assertThat(queue.poll()).isNull();
          assertThatThrownBy(() -> queue.get(ofMillis(7)))
              .isExactlyInstanceOf(QueueEmptyException.class)
              .hasMessageEndingWith("had no item for PT0.007S");
          queue.put("a");
          Eventlet.spawn(() -> t.note("other"));

          t.note(queue.get(ZERO)); // does not yield
          queue.put("b");
          t.note(queue.take());
        });

    assertThat(t.trail()).startsWith("a@7", "b@7");
  }

  @Test
  @Parity({"EV-1.6.4", "EV-C43"})
  void throughAChannelWhatIsNotToWaitSucceedsWhileTheOtherSideWaits(TestLoop t) {
    t.run(
        () -> {
          Queue<String> channel = Queue.channel();
          assertThat(channel.offer("nobody")).isFalse();
          getter(t, "getter", channel);
          Eventlet.sleep();
          assertThat(channel.offer("x")).isTrue();

          Eventlet.spawn(() -> channel.put("y"));
          Eventlet.sleep();
          assertThat(channel.poll()).isEqualTo("y");
        });

    assertThat(t.trail()).containsExactly("getter x@0");
  }

  @Test
  @Parity({"EV-1.6.2", "EV-1.6.4", "EV-C43"})
  void whatIsNotToWaitIsRefusedWhenAnotherHasTakenTheGetter(TestLoop t) {
    // eventlet 0.33.1 on CPython 3.11 gives the same trail
    t.run(
        () -> {
          Queue<String> channel = Queue.channel();
          var queue = new Queue<String>(1);
          for (Queue<String> each : List.of(channel, queue)) {
            getter(t, "getter", each);
            Eventlet.sleep();
            if (each == queue) {
              Eventlet.spawn(() -> queue.put("filled"));
              Eventlet.spawn(() -> queue.put("fills again"));
            } else {
              Eventlet.spawn(() -> t.note("first " + channel.offer("passed")));
            }
            Eventlet.spawn(() -> t.note("second " + each.offer("refused")));
            Eventlet.sleep(ofMillis(1));
            assertThat(each.putting()).isZero();
          }
          t.note(queue.get());
        });

    assertThat(t.trail())
        .containsExactly(
            "getter passed@0",
            "first true@0",
            "second false@0",
            "getter filled@1",
            "second false@1",
            "fills again@2");
  }

  @Test
  @Parity({"EV-1.6.5", "EV-C41"})
  void inACallbackWhatIsNotToWaitHandsOverRightThere(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(0);
          getter(t, "getter", queue);
          Eventlet.sleep();
          t.loop()
              .callSoon(
                  () -> {
                    t.note("offered " + queue.offer("x"));
                    t.note("offered " + queue.offer("y"));
                  });
          Eventlet.sleep();
          Eventlet.spawn(
              () -> {
                queue.put("z");
                t.note("putter");
              });
          Eventlet.sleep();
          t.loop().callSoon(() -> t.note("polled " + queue.poll() + " " + queue.poll()));
          Eventlet.sleep();
        });

    assertThat(t.trail())
        .containsExactly(
            "getter x@0", "offered true@0", "offered false@0", "putter@0", "polled z null@0");
  }

  @Test
  @Parity("EV-1.6.6")
  void untilTheHubsTurnAnItemIsInTheQueueAndALaterGetTakesIt(TestLoop t) {
    // eventlet 0.33.1 on CPython 3.11 gives the same trail
    t.run(
        () -> {
          var queue = new Queue<String>();
          getter(t, "one", queue);
          getter(t, "two", queue);
          Eventlet.sleep();
          queue.put("a");
          t.note("stolen " + queue.get());
          queue.put("b");
          Eventlet.spawn(() -> t.note("between"));
          queue.put("c");
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("stolen a@0", "one b@0", "two c@0", "between@0");
  }

  @Test
  @Parity({"EV-1.6.7", "EV-C37"})
  void waitersAreServedInTheOrderInWhichTheyCame(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          for (String name : List.of("1", "2", "3")) {
            getter(t, name, queue);
          }
          Eventlet.sleep();
          assertThat(queue.getting()).isEqualTo(3);
          List.of("a", "b", "c").forEach(queue::put);
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("1 a@0", "2 b@0", "3 c@0");
  }

  @Test
  @Parity({"EV-1.6.8", "EV-C38", "EV-C42"})
  void aGetterThatIsKilledOrOutOfTimeLosesNothing(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          var killed = getter(t, "killed", queue);
          Eventlet.spawn(
              () ->
                  assertThatThrownBy(() -> queue.get(ofMillis(1)))
                      .isExactlyInstanceOf(QueueEmptyException.class));
          getter(t, "third", queue);
          Eventlet.sleep(ofMillis(2)); // the second one's time is up
          queue.put("a"); // for the first one, who is killed before the hub's turn
          killed.kill();
          assertThatThrownBy(killed::await).isExactlyInstanceOf(GreenletExit.class);
          queue.put("b");
          Eventlet.sleep();
          t.note(queue.size() + " left");
        });

    assertThat(t.trail()).containsExactly("third a@2", "1 left@2");
  }

  @Test
  @Parity("EV-1.6.9")
  void aPutterThatIsKilledPutsNothing(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          var putter = Eventlet.spawn(() -> queue.put("b"));
          Eventlet.sleep();
          assertThat(queue.putting()).isEqualTo(1);

          putter.kill();

          assertThat(queue.putting()).isZero();
          assertThat(queue.get()).isEqualTo("a");
          Eventlet.sleep();
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Test
  @Parity({"EV-1.6.11", "EV-1.6.12", "EV-C36"})
  void growingLetsWaitingPuttersIn(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          for (String item : List.of("b", "c", "d")) {
            Eventlet.spawn(
                () -> {
                  queue.put(item);
                  t.note("put " + item);
                });
          }
          Eventlet.sleep();
          assertThat(queue.putting()).isEqualTo(3);

          queue.resize(2);
          Eventlet.sleep();
          assertThat(queue.size()).isEqualTo(2);
          queue.resize(-1);
          Eventlet.sleep();
          assertThat(queue.size()).isEqualTo(4);
          assertThat(queue.maxSize()).isNegative();
          queue.resize(1);
          assertThat(queue.isFull()).isTrue();
          assertThat(queue.tryPut("e")).isFalse();
        });

    assertThat(t.trail()).containsExactly("put b@0", "put c@0", "put d@0");
  }

  @Test
  @Parity({"EV-1.6.13", "EV-C40"})
  void joinWaitsUntilAllIsDone(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          queue.join(); // nothing is unfinished
          queue.put("a");
          queue.put("b");
          Eventlet.spawn(
              () -> {
                while (true) {
                  queue.get();
                  Eventlet.sleep(ofMillis(10));
                  queue.taskDone();
                }
              });

          queue.join();

          t.note("joined");
          assertThatThrownBy(queue::taskDone)
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessageStartingWith("taskDone: called more often than items were put");
          queue.put("c");
          queue.join();
          t.note("joined");
        });

    assertThat(t.trail()).containsExactly("joined@20", "joined@30");
  }

  @Test
  @Parity({"EV-1.6.14", "EV-1.6.15"})
  void theOthersDifferInWhatComesFirst(TestLoop t) {
    t.run(
        () -> {
          var lifo = new LifoQueue<String>();
          var smallest = new PriorityQueue<String>();
          var longest = new PriorityQueue<>(Comparator.comparing(String::length).reversed());
          for (Queue<String> queue : List.of(lifo, smallest, longest)) {
            List.of("bb", "a", "ccc").forEach(queue::put);
            var got = new ArrayList<String>();
            while (!queue.isEmpty()) {
              got.add(queue.get());
              queue.taskDone();
            }
            queue.join();
            t.note(got);
          }
          assertThat(LightQueue.class.getMethods())
              .extracting(m -> m.getName())
              .doesNotContain("join", "taskDone");
          var bounded = new PriorityQueue<Integer>(1, null);
          bounded.put(1);
          assertThat(bounded.isFull()).isTrue();
          assertThat(new LifoQueue<Integer>(0).isFull()).isTrue();
        });

    assertThat(t.trail()).containsExactly("[ccc, a, bb]@0", "[a, bb, ccc]@0", "[ccc, bb, a]@0");
  }

  @Test
  void inACallbackAGetThatWouldWaitIsRefused(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          t.loop()
              .callSoon(
                  () ->
                      assertThatThrownBy(queue::get)
                          .isExactlyInstanceOf(IllegalStateException.class)
                          .hasMessageContaining("in a callback: there is no task to park"));
          Eventlet.sleep();
        });
    assertThat(t.errors()).isEmpty();
  }

  @Test
  void anotherThreadIsToldToPostAndHasPutNothing(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          getter(t, "getter", queue);
          Eventlet.sleep();

          String refusal =
              t.loop()
                  .runInExecutor(
                      null,
                      () -> {
                        try {
                          queue.put("stray");
                          return "put";
                        } catch (WrongThreadException refused) {
                          return refused.getMessage();
                        }
                      })
                  .join();

          assertThat(refusal).contains("callSoonThreadsafe");
          queue.put("posted");
          Eventlet.sleep();
          assertThat(queue.isEmpty()).isTrue();
        });

    assertThat(t.trail()).containsExactly("getter posted@0");
  }
}
