package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class GeventQueueTest {
  @Test
  @Parity({"GE-1.5.1", "GE-1.5.3", "GE-1.5.8", "GE-C30"})
  void itemsComeInTheirOrderAndWaitersAreServed(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(2);
          var putter =
              Gevent.spawn(
                  () -> {
                    for (String item : List.of("a", "b", "c")) {
                      queue.put(item);
                      t.note("put " + item);
                    }
                  });
          Gevent.sleep();
          assertThat(queue.size()).isEqualTo(2);
          assertThat(queue.isFull()).isTrue();
          assertThat(queue.offer("d")).isFalse();
          assertThatThrownBy(() -> queue.putNow("d")).isInstanceOf(QueueFull.class);
          assertThat(queue.get()).isEqualTo("a");
          putter.join();
          assertThat(queue.poll()).hasValue("b");
          assertThat(queue.getNow()).isEqualTo("c");
          assertThat(queue.poll()).isEmpty();
          assertThat(queue.isEmpty()).isTrue();
          assertThatThrownBy(queue::getNow).isInstanceOf(QueueEmpty.class);
          assertThat(new Queue<String>(0).maxSize()).isEmpty();
          assertThat(Queue.of(List.of("x", "y")).size()).isEqualTo(2);
        });

    assertThat(t.trail()).containsExactly("put a@0", "put b@0", "put c@0");
  }

  @Test
  @Parity({"GE-1.5.3", "GE-C30", "GE-C33"})
  void limitsOfPutAndGet(TestLoop t) {
    t.run(
        () -> {
          for (Supplier<? extends SimpleQueue<String>> kind : kinds()) {
            SimpleQueue<String> queue = kind.get();
            assertThatThrownBy(() -> queue.get(ofMillis(10)))
                .isInstanceOf(QueueEmpty.class)
                .hasMessageContaining("within PT0.01S");
            assertThatThrownBy(() -> queue.peek(ofMillis(10))).isInstanceOf(QueueEmpty.class);
            assertThat(Timeout.silent(ofMillis(10), queue::get)).isFalse();
            queue.put("a");
            assertThatThrownBy(() -> queue.put("b", ofMillis(10))).isInstanceOf(QueueFull.class);
            assertThat(Timeout.silent(ofMillis(10), () -> queue.put("b"))).isFalse();
            assertThatThrownBy(() -> queue.get(ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("get: limit = PT-0.001S (expected >= 0)");
            assertThat(queue.get()).isEqualTo("a");
            assertThat(queue.isEmpty()).isTrue();
            t.note("usable");
          }
        });

    assertThat(t.trail())
        .containsExactly("usable@50", "usable@100", "usable@150", "usable@200", "usable@250");
  }

  private static List<Supplier<? extends SimpleQueue<String>>> kinds() {
    return List.of(
        () -> new SimpleQueue<>(1),
        () -> new Queue<>(1),
        () -> new LifoQueue<>(1),
        () -> new PriorityQueue<>(1),
        () -> new JoinableQueue<>(1));
  }

  @Test
  @Parity({"GE-1.5.4", "GE-C30"})
  void bothSidesAreServedFirstComeFirstServed(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<Integer>(1);
          List<Greenlet<?>> all = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            int number = i;
            all.add(Gevent.spawn(() -> t.note("getter " + number + " " + queue.get())));
          }
          Gevent.sleep();
          for (int i = 0; i < 3; i++) {
            int number = i;
            all.add(
                Gevent.spawn(
                    () -> {
                      queue.put(number);
                      t.note("put " + number);
                    }));
          }
          Gevent.joinAll(all);
        });

    assertThat(t.trail())
        .containsExactly(
            "put 0@0", "getter 0 0@0", "put 1@0", "getter 1 1@0", "put 2@0", "getter 2 2@0");
  }

  @Test
  @Parity({"GE-1.5.5", "GE-C30"})
  void peekTakesNothing(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          assertThat(queue.peekNow()).isEmpty();
          var peeking = Gevent.spawn(() -> queue.peek());
          var other = Gevent.spawn(() -> queue.peek());
          Gevent.sleep();
          queue.put("a");
          assertThat(peeking.get()).isEqualTo("a");
          assertThat(other.get()).isEqualTo("a");
          assertThat(queue.peekNow()).hasValue("a");
          assertThat(queue.get()).isEqualTo("a");
        });
  }

  @Test
  @Parity("GE-1.5.6")
  void inTheHubThoseWhoWaitAreServedAtOnce(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          var putter =
              Gevent.spawn(
                  () -> {
                    queue.put("b");
                    t.note("put");
                  });
          Gevent.sleep();
          t.loop()
              .callSoon(
                  () -> {
                    t.note("got " + queue.poll().orElseThrow());
                    assertThat(queue.offer("c")).isTrue();
                    assertThat(queue.offer("d")).isFalse();
                    assertThatThrownBy(() -> queue.put("d"))
                        .isInstanceOf(BlockingSwitchOutError.class);
                  });
          Gevent.sleep();
          Gevent.sleep();
          assertThat(queue.get()).isEqualTo("c");
          putter.join();
          assertThat(queue.get()).isEqualTo("b");
        });

    assertThat(t.trail()).containsExactly("got a@0", "put@0");
  }

  @Test
  @Parity({"GE-1.5.7"})
  void aLoopOverAQueueEndsWhenItIsClosed(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          var reader =
              Gevent.spawn(
                  () -> {
                    for (String item : queue) {
                      t.note(item);
                    }
                    return "end";
                  });
          queue.put("a");
          Gevent.sleep(ofMillis(10));
          queue.put("b");
          queue.close();
          assertThat(reader.get()).isEqualTo("end");
          assertThatThrownBy(() -> queue.put("c")).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(queue::get).isInstanceOf(NoSuchElementException.class);
        });

    assertThat(t.trail()).containsExactly("a@0", "b@10");
  }

  @Test
  @Parity({"GE-1.5.9", "GE-1.5.2"})
  void aCopyIsOfTheSameKind(TestLoop t) {
    t.run(
        () -> {
          var simple = SimpleQueue.of(List.of("b", "a"));
          assertThat(simple.copy()).isExactlyInstanceOf(SimpleQueue.class);
          assertThat(simple.copy().get()).isEqualTo("b");
          var lifo = new LifoQueue<String>(5, List.of("b", "a"));
          LifoQueue<String> copy = lifo.copy();
          assertThat(copy.get()).isEqualTo("a");
          assertThat(lifo.size()).isEqualTo(2);
          assertThat(copy.maxSize()).hasValue(5);
          assertThat(copy.unfinishedTasks()).isEqualTo(2);
          assertThat(new PriorityQueue<>(List.of("b", "a")).copy().get()).isEqualTo("a");
        });
  }

  @Test
  @Parity({"GE-1.5.10", "GE-C32", "GE-1.5.2"})
  void joinWaitsUntilAllIsDone(TestLoop t) {
    t.run(
        () -> {
          var queue = new JoinableQueue<String>(5, List.of("first"));
          assertThat(queue.unfinishedTasks()).isEqualTo(1);
          queue.put("second");
          assertThat(queue.join(ofMillis(10))).isFalse();
          var worker =
              Gevent.spawn(
                  () -> {
                    for (String item : queue) {
                      Gevent.sleep(ofMillis(10));
                      t.note(item);
                      queue.taskDone();
                    }
                  });
          queue.join();
          t.note("joined");
          assertThat(queue.join(ofMillis(1))).isTrue();
          assertThatThrownBy(queue::taskDone)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("taskDone: all items of JoinableQueue@");
          worker.kill();
        });

    assertThat(t.trail()).containsExactly("first@20", "second@30", "joined@30");
  }

  @Test
  @Parity({"GE-1.5.11", "GE-C32"})
  void aShutdownRefusesMoreAndDrains(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          queue.put("a");
          var putting = Gevent.spawn(() -> refused(() -> queue.put("b")));
          Gevent.sleep();
          queue.shutdown();
          assertThat(putting.get()).isTrue();
          assertThat(refused(() -> queue.put("c"))).isTrue();
          assertThat(refused(() -> queue.offer("c"))).isTrue();
          assertThat(queue.get()).isEqualTo("a");
          assertThat(refused(queue::get)).isTrue();
          assertThat(refused(queue::poll)).isTrue();

          var other = Queue.of(List.of("x", "y"));
          var empty = new Queue<String>();
          var getting = Gevent.spawn(() -> refused(empty::get));
          var joining =
              Gevent.spawn(
                  () -> {
                    other.join();
                    return "joined";
                  });
          Gevent.sleep();
          other.shutdown(true);
          empty.shutdown(true);
          assertThat(other.size()).isZero();
          assertThat(getting.get()).isTrue();
          assertThat(joining.get()).isEqualTo("joined");
        });
  }

  private static boolean refused(Runnable call) {
    try {
      call.run();
      return false;
    } catch (ShutDownException refused) {
      return true;
    }
  }

  @Test
  @Parity("GE-1.5.12")
  void sortedAndStackedQueues(TestLoop t) {
    t.run(
        () -> {
          var sorted = new PriorityQueue<>(List.of(3, 1, 2));
          sorted.put(0);
          assertThat(sorted.peek()).isZero();
          assertThat(List.of(sorted.get(), sorted.get(), sorted.get(), sorted.get()))
              .containsExactly(0, 1, 2, 3);
          var reversed = new PriorityQueue<Integer>(Comparator.reverseOrder());
          reversed.put(1);
          reversed.put(2);
          assertThat(reversed.get()).isEqualTo(2);
          var stack = new LifoQueue<Integer>();
          stack.put(1);
          stack.put(2);
          assertThat(stack.peek()).isEqualTo(2);
          assertThat(stack.get()).isEqualTo(2);
        });
  }

  @Test
  @Parity({"GE-1.5.14", "GE-C30", "GE-C33"})
  void whoIsKilledWhileItWaitsLosesNoItem(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>(1);
          var killed = Gevent.spawn(() -> queue.get());
          var alive = Gevent.spawn(() -> queue.get());
          Gevent.sleep();
          queue.put("item");
          killed.kill(KillOptions.DEFAULT.nonBlocking()); // after the hand-over was scheduled
          Gevent.sleep();
          Gevent.sleep();
          // gevent gives the item to the first, which was still alive then
          assertThat(killed.isKilled() ? alive.get() : killed.get()).isEqualTo("item");
          alive.kill();

          queue.put("full");
          var dying = Gevent.spawn(() -> queue.put("lost with its putter"));
          var last = Gevent.spawn(() -> queue.put("last"));
          Gevent.sleep();
          dying.kill();
          assertThat(queue.get()).isEqualTo("full");
          assertThat(queue.get()).isEqualTo("last");
          last.join();
        });
  }

  @Test
  @Parity({"GE-1.5.13", "GE-C31"})
  void aChannelIsARendezvous(TestLoop t) {
    t.run(
        () -> {
          var channel = new Channel<String>();
          var putter =
              Gevent.spawn(
                  () -> {
                    channel.put("a");
                    t.note("put");
                  });
          Gevent.sleep();
          assertThat(channel.balance()).isEqualTo(1);
          assertThat(channel.size()).isZero();
          assertThat(channel.isEmpty()).isTrue();
          assertThat(channel.isFull()).isTrue();
          t.note("got " + channel.get());
          putter.join();

          assertThat(channel.offer("nobody")).isFalse();
          assertThat(channel.poll()).isEmpty();
          assertThatThrownBy(() -> channel.put("x", ofMillis(10))).isInstanceOf(QueueFull.class);
          assertThatThrownBy(() -> channel.get(ofMillis(10))).isInstanceOf(QueueEmpty.class);
          t.note("late");
          assertThat(channel.balance()).isZero();
          var getter = Gevent.spawn(() -> channel.get());
          Gevent.sleep();
          assertThat(channel.balance()).isEqualTo(-1);
          assertThat(channel.offer("b")).isTrue();
          assertThat(getter.get()).isEqualTo("b");
        });

    assertThat(t.trail()).containsExactly("got a@0", "put@0", "late@20.000002");
  }

  @Test
  @Parity({"GE-1.5.13", "GE-C31"})
  void aLoopOverAChannelEndsWhenItIsClosedAndTheHubHandsOver(TestLoop t) {
    t.run(
        () -> {
          var channel = new Channel<String>();
          var reader =
              Gevent.spawn(
                  () -> {
                    for (String item : channel) {
                      t.note(item);
                    }
                    return "end";
                  });
          channel.put("a");
          t.loop().callSoon(() -> t.note("offered " + channel.offer("b")));
          Gevent.sleep(ofMillis(1));
          channel.close();
          assertThat(reader.get()).isEqualTo("end");
          assertThatThrownBy(() -> channel.put("c")).isInstanceOf(IllegalStateException.class);
        });

    assertThat(t.trail()).containsExactly("a@0", "b@0", "offered true@0");
  }

  @Test
  void anotherThreadIsRefusedAndTheWayOutNamed(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          var channel = new Channel<String>();
          List<Runnable> uses =
              List.of(
                  () -> queue.put("x"),
                  () -> queue.offer("x"),
                  queue::get,
                  queue::poll,
                  () -> channel.put("x"),
                  () -> channel.offer("x"),
                  channel::get,
                  channel::poll);
          for (Runnable use : uses) {
            String refusal =
                t.loop()
                    .runInExecutor(
                        null,
                        () -> {
                          try {
                            use.run();
                            return "done";
                          } catch (InvalidThreadUseError refused) {
                            return refused.getMessage();
                          }
                        })
                    .join();
            assertThat(refusal).contains("belongs to hub").contains("post to that loop");
          }
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Test
  @Parity({"GE-1.5.13", "GE-C31"})
  void whatACallbackHasTakenWasPutEvenIfTheTimeIsOver(TestLoop t) {
    t.run(
        () -> {
          var channel = new Channel<String>();
          t.loop().callLater(ofMillis(10), () -> t.note(channel.poll().orElse("nothing")));
          channel.put("item", ofMillis(10)); // due with the callback, behind it
        });

    assertThat(t.trail()).containsExactly("item@10");
  }
}
