package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.sync.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several loops, each in a thread of its own, that hand work to each other. */
class ManyLoopsTest {
  private static final int LOOPS = 4;

  private final List<EventLoop> loops = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private void start() throws Exception {
    for (int i = 0; i < LOOPS; i++) {
      EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("many-" + i));
      loops.add(loop);
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    loop.runForever();
                    loop.close();
                  }));
      assertThat(get(loop.submit(EventLoop::current))).isSameAs(loop);
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (EventLoop loop : loops) {
      if (!loop.isClosed()) {
        loop.callSoonThreadsafe(loop::stop);
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  private EventLoop after(int index) {
    return loops.get((index + 1) % LOOPS);
  }

  /** An item, numbered by the loop that it is from. */
  private record Item(int from, int number) {}

  @Test
  void queuesFedByPostingLoseDoubleAndReorderNothing() throws Exception {
    start();
    int each = 300;
    var inboxes = new ArrayList<Queue<Item>>();
    for (int i = 0; i < LOOPS; i++) {
      inboxes.add(new Queue<>());
    }
    var receivers = new ArrayList<CompletableFuture<List<Item>>>();
    for (int i = 0; i < LOOPS; i++) {
      Queue<Item> inbox = inboxes.get(i);
      receivers.add(
          loops
              .get(i)
              .submit(
                  () -> {
                    var received = new ArrayList<Item>();
                    while (received.size() < LOOPS * each) {
                      received.add(inbox.get());
                    }
                    return received;
                  }));
    }
    for (int from = 0; from < LOOPS; from++) {
      int sender = from;
      loops
          .get(sender)
          .submit(
              () -> {
                for (int n = 0; n < each; n++) {
                  var item = new Item(sender, n);
                  for (int to = 0; to < LOOPS; to++) {
                    Queue<Item> inbox = inboxes.get(to);
                    loops.get(to).callSoonThreadsafe(() -> inbox.tryPut(item));
                  }
                  if (n % 7 == 0) {
                    Aio.yieldNow();
                  }
                }
                return null;
              });
    }

    for (CompletableFuture<List<Item>> receiver : receivers) {
      List<Item> received = get(receiver);
      for (int from = 0; from < LOOPS; from++) {
        int sender = from;
        assertThat(received.stream().filter(item -> item.from() == sender).map(Item::number))
            .containsExactlyElementsOf(java.util.stream.IntStream.range(0, each).boxed().toList());
      }
    }
  }

  /** Asks the next loop, which asks the next one, and so on. */
  private <T> T atTheEndOf(int hops, int index, Callable<T> body) throws Exception {
    return hops == 0
        ? body.call()
        : Aio.wrap(after(index).submit(() -> atTheEndOf(hops - 1, (index + 1) % LOOPS, body)))
            .join();
  }

  @Test
  void resultsAndFailuresComeBackThroughAllLoops() throws Exception {
    start();
    var failure = new IllegalStateException("boom");
    var results = new ArrayList<CompletableFuture<String>>();
    for (int i = 0; i < LOOPS; i++) {
      for (int hops = 0; hops < 40; hops++) {
        int index = i;
        int count = hops;
        results.add(
            loops
                .get(i)
                .submit(() -> atTheEndOf(count, index, () -> EventLoop.current().toString())));
      }
    }
    for (int n = 0; n < results.size(); n++) {
      int where = (n / 40 + n % 40) % LOOPS;
      assertThat(get(results.get(n))).isEqualTo(loops.get(where).toString());
    }
    var failing =
        loops
            .getFirst()
            .submit(
                () ->
                    atTheEndOf(
                        9,
                        0,
                        () -> {
                          throw failure;
                        }));
    assertThatThrownBy(() -> get(failing))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isSameAs(failure);
  }

  @Test
  void aCancelGoesThroughAllLoopsAndEachCleansUpOnItsOwn() throws Exception {
    start();
    var reached = new CountDownLatch(1);
    var cleaned = new CountDownLatch(LOOPS);
    var wrongLoop = new AtomicBoolean();
    CompletableFuture<Object> waiting =
        loops.getFirst().submit(() -> waitBehind(LOOPS - 1, 0, reached, cleaned, wrongLoop));
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    waiting.cancel(false);

    assertThat(cleaned.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(wrongLoop).isFalse();
    for (EventLoop loop : loops) {
      assertThat(get(loop.submit(() -> Aio.allTasks().size()))).isLessThanOrEqualTo(2);
    }
  }

  private Object waitBehind(
      int hops,
      int index,
      CountDownLatch reached,
      CountDownLatch cleaned,
      AtomicBoolean wrongLoop) {
    try {
      if (hops > 0) {
        int next = index + 1;
        return Aio.wrap(
                loops
                    .get(next)
                    .submit(() -> waitBehind(hops - 1, next, reached, cleaned, wrongLoop)))
            .join();
      }
      reached.countDown();
      return Aio.newPromise().join();
    } catch (CancelledError cancelled) {
      if (EventLoop.current() != loops.get(index)) {
        wrongLoop.set(true);
      }
      cleaned.countDown();
      throw cancelled;
    }
  }

  @Test
  void aLoopThatClosesWhileOthersPostRunsNothingAfterwardsAndAnswersAll() throws Exception {
    start();
    EventLoop closing = loops.getLast();
    var bodies = new AtomicInteger();
    var callbacks = new AtomicInteger();
    var accepted = new AtomicInteger();
    var ranAfterClose = new AtomicBoolean();
    var posters = new ArrayList<CompletableFuture<List<CompletableFuture<Integer>>>>();
    for (EventLoop other : loops.subList(0, LOOPS - 1)) {
      posters.add(
          other.submit(
              () -> {
                var asked = new ArrayList<CompletableFuture<Integer>>();
                try {
                  while (true) {
                    closing.callSoonThreadsafe(
                        () -> {
                          ranAfterClose.compareAndSet(false, closing.isClosed());
                          callbacks.incrementAndGet();
                        });
                    accepted.incrementAndGet();
                    asked.add(
                        closing.submit(
                            () -> {
                              if (bodies.incrementAndGet() == 200) {
                                closing.stop();
                              }
                              return 1;
                            }));
                    Aio.yieldNow();
                  }
                } catch (LoopClosedException closed) {
                  return asked;
                }
              }));
    }

    int answered = 0;
    for (CompletableFuture<List<CompletableFuture<Integer>>> poster : posters) {
      for (CompletableFuture<Integer> asked : get(poster)) {
        try {
          assertThat(get(asked)).isEqualTo(1);
          answered++;
        } catch (ExecutionException refused) {
          assertThat(refused.getCause()).isInstanceOf(LoopClosedException.class);
        }
      }
    }
    threads.getLast().join();
    int atTheEnd = callbacks.get();
    assertThat(atTheEnd).isBetween(200, accepted.get());
    assertThat(answered).isGreaterThanOrEqualTo(200).isEqualTo(bodies.get());
    assertThat(ranAfterClose).isFalse();
    for (EventLoop other : loops.subList(0, LOOPS - 1)) {
      assertThat(get(other.submit(() -> "goes on"))).isEqualTo("goes on");
      assertThatThrownBy(
              () ->
                  get(
                      other.submit(
                          () -> {
                            closing.callSoonThreadsafe(() -> {});
                            return null;
                          })))
          .hasCauseInstanceOf(LoopClosedException.class);
    }
    assertThat(callbacks.get()).isEqualTo(atTheEnd);
  }
}
