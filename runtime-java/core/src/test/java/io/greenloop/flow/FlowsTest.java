package io.greenloop.flow;

import static io.greenloop.Aio.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.sync.Queue;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Both directions, and the rules of Reactive Streams by their numbers. */
class FlowsTest {
  /** Notes what it is told; asks when the test says so. */
  private static final class Noting implements Flow.Subscriber<Integer> {
    final List<String> seen = new ArrayList<>();
    Flow.@Nullable Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
      seen.add("subscribed");
    }

    @Override
    public void onNext(Integer item) {
      seen.add("item " + item);
    }

    @Override
    public void onError(Throwable thrown) {
      seen.add("error " + thrown.getMessage());
    }

    @Override
    public void onComplete() {
      seen.add("complete");
    }

    void request(long count) {
      java.util.Objects.requireNonNull(subscription).request(count);
    }
  }

  private enum SubscriptionOfNothing implements Flow.Subscription {
    INSTANCE;

    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }

  /** A publisher whose signals the test gives. */
  private static final class Manual implements Flow.Publisher<Integer> {
    private Flow.@Nullable Subscriber<? super Integer> subscriber;

    @Override
    public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
      this.subscriber = subscriber;
    }

    Flow.Subscriber<? super Integer> subscriber() {
      return java.util.Objects.requireNonNull(subscriber);
    }
  }

  private static void turns() {
    for (int i = 0; i < 6; i++) {
      Aio.yieldNow();
    }
  }

  private static Noting subscribed(Flow.Publisher<Integer> publisher) {
    var subscriber = new Noting();
    publisher.subscribe(subscriber);
    turns();
    return subscriber;
  }

  @Test
  void itGivesWhatIsAskedForAndNoMore(TestLoop t) { // 1.1, 1.5, 1.9, 3.8
    t.run(
        () -> {
          var subscriber = subscribed(Flows.publisher(t.loop(), () -> List.of(1, 2, 3)));
          assertThat(subscriber.seen).containsExactly("subscribed");
          subscriber.request(2);
          turns();
          assertThat(subscriber.seen).containsExactly("subscribed", "item 1", "item 2");
          subscriber.request(Long.MAX_VALUE);
          subscriber.request(Long.MAX_VALUE); // 3.17
          turns();
          assertThat(subscriber.seen.subList(3, 5)).containsExactly("item 3", "complete");
          subscriber.request(1); // 3.6
          turns();
          assertThat(subscriber.seen).hasSize(5);
        });
  }

  @Test
  void failuresAndWrongRequestsAreSignalledOnce(TestLoop t) { // 1.4, 1.7, 3.9
    t.run(
        () -> {
          var failing =
              subscribed(
                  Flows.publisher(
                      t.loop(),
                      () -> {
                        throw new java.io.IOException("boom");
                      }));
          failing.request(1);
          var refused = subscribed(Flows.publisher(t.loop(), () -> List.of(1)));
          refused.request(0);
          refused.request(1);
          turns();

          assertThat(failing.seen).containsExactly("subscribed", "error boom");
          assertThat(refused.seen)
              .containsExactly("subscribed", "error request: count = 0 (expected > 0), rule 3.9");
        });
  }

  @Test
  void aCancelledSubscriptionEndsItsTaskAndTakesNothingMore(TestLoop t) { // 1.8, 3.12
    t.run(
        () -> {
          var queue = new Queue<Integer>();
          queue.put(1);
          queue.put(2);
          var subscriber = subscribed(Flows.publisher(t.loop(), () -> queue));
          subscriber.request(1);
          turns();
          java.util.Objects.requireNonNull(subscriber.subscription).cancel();
          subscriber.request(1);
          turns();

          assertThat(subscriber.seen).containsExactly("subscribed", "item 1");
          assertThat(queue.size()).isEqualTo(1);
          assertThat(Aio.allTasks()).hasSize(1);
        });
  }

  @Test
  void aCancelledSubscriptionLeavesTheNextItemToOthers(TestLoop t) { // 3.12
    t.run(
        () -> {
          var queue = new Queue<Integer>();
          var subscriber = subscribed(Flows.publisher(t.loop(), () -> queue));
          subscriber.request(1);
          turns();
          java.util.Objects.requireNonNull(subscriber.subscription).cancel();
          turns();

          assertThat(Aio.allTasks()).hasSize(1);
          queue.put(7);
          turns();
          assertThat(queue.tryGet()).contains(7);
          assertThat(subscriber.seen).containsExactly("subscribed");
        });
  }

  @Test
  void aCancelLetsTheSubscriberFinishWhatItDoes(TestLoop t) { // 2.8
    t.run(
        () -> {
          var seen = new ArrayList<String>();
          Flows.publisher(t.loop(), () -> List.of(1, 2))
              .subscribe(
                  new Flow.Subscriber<>() {
                    private Flow.@Nullable Subscription subscription;

                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                      this.subscription = subscription;
                      subscription.request(2);
                    }

                    @Override
                    public void onNext(Integer item) {
                      java.util.Objects.requireNonNull(subscription).cancel();
                      turns();
                      seen.add("done with " + item);
                    }

                    @Override
                    public void onError(Throwable thrown) {
                      seen.add("error " + thrown);
                    }

                    @Override
                    public void onComplete() {
                      seen.add("complete");
                    }
                  });
          turns();
          turns();
          turns();

          assertThat(seen).containsExactly("done with 1");
          assertThat(Aio.allTasks()).hasSize(1);
        });
  }

  @Test
  void nullsAreRefusedAndAClosedLoopIsAnError() { // 1.9, 2.13
    var loop = EventLoop.create();
    Flow.Publisher<Integer> publisher = Flows.publisher(loop, () -> List.of(1));
    loop.close();
    var subscriber = new Noting();
    publisher.subscribe(subscriber);
    assertThat(subscriber.seen).hasSize(2).first().isEqualTo("subscribed");
    assertThat(subscriber.seen.getLast()).contains("closed");
  }

  @Test
  void aTaskTakesTheItemsOfAPublisherOfOtherThreads(TestLoop t) {
    int count = 500;
    t.run(
        () -> {
          var publisher = new SubmissionPublisher<Integer>(Runnable::run, 8);
          try (var items = Flows.<Integer>subscribe(publisher, 4)) {
            Thread.ofPlatform()
                .daemon()
                .start(
                    () -> {
                      IntStream.range(0, count).forEach(publisher::submit);
                      publisher.close();
                    });
            var taken = new ArrayList<Integer>();
            items.forEach(taken::add);
            assertThat(taken).containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
          }
        });
  }

  @Test
  void aSignalOnTheLoopDoesNotOvertakeAnEarlierOneOfAnotherThread(TestLoop t) { // 1.3
    t.run(
        () -> {
          var publisher = new Manual();
          ReceivedItems<Integer> items = Flows.subscribe(publisher, 8);
          Flow.Subscriber<? super Integer> subscriber = publisher.subscriber();
          subscriber.onSubscribe(SubscriptionOfNothing.INSTANCE);
          Thread other = Thread.ofPlatform().daemon().start(() -> subscriber.onNext(1));
          while (other.isAlive()) {
            Thread.onSpinWait(); // holds the loop, so the signal is still on its way
          }
          subscriber.onNext(2);
          subscriber.onComplete();
          var taken = new ArrayList<Integer>();
          items.forEach(taken::add);

          assertThat(taken).containsExactly(1, 2);
        });
  }

  @Test
  void everyTaskThatWaitsIsTold(TestLoop t) {
    t.run(
        () -> {
          var publisher = new Manual();
          ReceivedItems<Integer> items = Flows.subscribe(publisher, 8);
          var first = spawn(() -> items.next());
          var second = spawn(() -> items.next());
          var third = spawn(() -> items.hasNext());
          var cancelled = spawn(() -> items.next());
          turns();
          cancelled.cancel();
          publisher.subscriber().onNext(1);
          publisher.subscriber().onNext(2);
          turns();
          assertThat(first.join()).isEqualTo(1);
          assertThat(second.join()).isEqualTo(2);
          publisher.subscriber().onComplete();

          assertThat(third.join()).isFalse();
        });
  }

  @Test
  void neverMoreIsAskedForThanTheBuffer(TestLoop t) { // 3.17 from the other side
    t.run(
        () -> {
          var made = new ArrayList<Integer>();
          Iterable<Integer> source = () -> IntStream.range(0, 100).peek(made::add).iterator();
          var items = Flows.<Integer>subscribe(Flows.publisher(t.loop(), () -> source), 4);
          turns();
          turns();
          assertThat(made).hasSizeLessThanOrEqualTo(4 + 1); // one ahead: IntStream's iterator
          for (int i = 0; i < 50; i++) {
            assertThat(items.next()).isEqualTo(i);
            assertThat(made.size() - i).isLessThanOrEqualTo(4 + 2);
          }
          items.close();
          turns();
          assertThat(items.hasNext()).isFalse();
          assertThat(Aio.allTasks()).hasSize(1);
        });
  }

  @Test
  void theFailureOfAPublisherComesAfterItsItems(TestLoop t) {
    var boom = new IllegalStateException("boom");
    t.run(
        () -> {
          var items =
              Flows.<Integer>subscribe(
                  subscriber ->
                      subscriber.onSubscribe(
                          new Flow.Subscription() {
                            @Override
                            public void request(long n) {
                              subscriber.onNext(1);
                              subscriber.onError(boom);
                              subscriber.onNext(2); // against the rules: not heard
                            }

                            @Override
                            public void cancel() {}
                          }),
                  4);
          assertThat(items.next()).isEqualTo(1);
          assertThatThrownBy(items::next).isSameAs(boom);
        });
  }

  @Test
  void aSecondSubscriptionIsCancelledAndNullsThrow(TestLoop t) { // 2.5, 2.13
    t.run(
        () -> {
          var cancelled = new ArrayList<String>();
          var publisher = new Manual();
          ReceivedItems<Integer> items = Flows.subscribe(publisher, 1);
          for (String name : List.of("first", "second")) {
            publisher
                .subscriber()
                .onSubscribe(
                    new Flow.Subscription() {
                      @Override
                      public void request(long n) {}

                      @Override
                      public void cancel() {
                        cancelled.add(name);
                      }
                    });
          }
          assertThat(cancelled).containsExactly("second");
          var task = spawn(() -> items.hasNext());
          publisher.subscriber().onComplete();
          assertThat(task.join()).isFalse();
          assertThatThrownBy(() -> Flows.subscribe(ignored -> {}, 0))
              .hasMessage("subscribe: buffer = 0 (expected >= 1)");
        });
  }

  @Test
  void oneThatCannotHaveATaskIsToldSo() { // 1.9
    try (var t = TestLoop.of(LoopOptions.defaults().withMaxTasks(1))) {
      t.run(
          () -> {
            var publisher = Flows.publisher(t.loop(), () -> List.of(1));
            var here = subscribed(publisher);
            var elsewhere = new Noting();
            Aio.toThread(
                    () -> {
                      publisher.subscribe(elsewhere);
                      return 0;
                    })
                .join();
            turns();

            for (Noting refused : List.of(here, elsewhere)) {
              assertThat(refused.seen).hasSize(2).first().isEqualTo("subscribed");
              assertThat(refused.seen.getLast()).startsWith("error spawn: loop");
            }
          });
      t.errors();
    }
  }

  @Test
  void oneWhoseTaskIsCancelledBeforeItsFirstStepIsToldSo(TestLoop t) { // 1.9
    t.run(
        () -> {
          var subscriber = new Noting();
          Flows.publisher(t.loop(), () -> List.of(1)).subscribe(subscriber);
          Aio.allTasks().stream()
              .filter(task -> task != Aio.currentTask().orElseThrow())
              .forEach(task -> task.cancel());
          turns();

          assertThat(subscriber.seen)
              .containsExactly("subscribed", "error the task of the publisher was cancelled");
        });
  }

  @Test
  void aCloseOfTheLoopEndsWhatHasNotBegunAndWhatWaits() throws Exception { // 1.9
    var loop = EventLoop.create();
    loop.setExceptionHandler((_, _) -> {});
    Flow.Publisher<Integer> publisher = Flows.publisher(loop, () -> List.of(1));
    var begun = new Noting();
    loop.runUntilComplete(
        () -> {
          publisher.subscribe(begun);
          turns();
          return 0;
        });
    var queued = new Noting();
    Thread.ofPlatform().start(() -> publisher.subscribe(queued)).join();
    loop.close();

    assertThat(begun.seen).hasSize(2).last().asString().contains("closed");
    assertThat(queued.seen).hasSize(2).first().isEqualTo("subscribed");
    assertThat(queued.seen.getLast()).startsWith("error ").contains("closed");
    begun.request(1); // 3.6
    queued.request(1);
  }

  @Test
  void manySignalsOfOtherThreadsAreOneEntryOfTheLoop(TestLoop t) {
    t.run(
        () -> {
          var publisher = new Manual();
          ReceivedItems<Integer> items = Flows.subscribe(publisher, 1000);
          Flow.Subscriber<? super Integer> subscriber = publisher.subscriber();
          subscriber.onSubscribe(SubscriptionOfNothing.INSTANCE);
          turns();
          int before = LoopCores.of(t.loop()).readyEntries();
          IntStream.range(0, 100).forEach(subscriber::onNext);
          assertThat(LoopCores.of(t.loop()).readyEntries()).isEqualTo(before + 1);
          subscriber.onComplete();
          var taken = new ArrayList<Integer>();
          items.forEach(taken::add);

          assertThat(taken).hasSize(100);
        });
  }
}
