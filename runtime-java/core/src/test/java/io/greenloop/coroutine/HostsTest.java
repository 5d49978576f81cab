package io.greenloop.coroutine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.FullMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may drive a generator, and what its body may do there. */
class HostsTest {
  enum Kind {
    PLATFORM(Thread.ofPlatform().daemon().factory()),
    VIRTUAL(Thread.ofVirtual().factory());

    private final ThreadFactory threads;

    Kind(ThreadFactory threads) {
      this.threads = threads;
    }

    <T> T call(Callable<T> code) throws Exception {
      var task = new FutureTask<T>(code);
      threads.newThread(task).start();
      return task.get();
    }
  }

  private static Generator<Integer, Void, Void> count() {
    return Generator.yielding(
        "count",
        g -> {
          for (int i = 0; ; i++) {
            g.yieldValue(i);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void itIsDrivenOnAnyKindOfThread(Kind kind) throws Exception {
    assertThat(kind.call(() -> count().take(3).stream().toList())).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @EnumSource
  void aSharedOneMovesToAnotherThreadBetweenSteps(Kind kind) throws Exception {
    try (var g = count().shared()) {
      for (int i = 0; i < 1000; i += 2) {
        assertThat(g.next()).isEqualTo(i);
        assertThat(kind.call(g::next)).isEqualTo(i + 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherThreadIsRefusedAndNamesBoth(Kind kind) throws Exception {
    try (var g = count()) {
      assertThat(g.next()).isZero();

      String refused = kind.call(() -> catchThrowable(g::next).getMessage());

      assertThat(refused)
          .matches(
              "generator 'count' was started in thread '"
                  + Thread.currentThread().getName()
                  + "' and cannot go on in (thread '.*'|virtual thread \\d+): its body may hold on"
                  + " to its thread; drive it in one place, or call shared\\(\\)");
      assertThat(g.next()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatAnEndedThreadStartedMayGoOnElsewhere(Kind kind) throws Exception {
    var thread = new ArrayList<Thread>();
    try (var g = count()) {
      int first =
          kind.call(
              () -> {
                thread.add(Thread.currentThread());
                return g.next();
              });
      thread.getFirst().join();

      assertThat(first).isZero();
      assertThat(g.next()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoThreadsAtOnceAreRefused(Kind kind) throws Exception {
    var inside = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            "busy",
            y -> {
              inside.countDown();
              goOn.await();
              y.yieldValue(1);
            });
    g.shared();
    var first = new FutureTask<>(g::next);
    kind.threads.newThread(first).start();
    inside.await();

    assertThatThrownBy(g::next)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("generator 'busy' is already executing");

    goOn.countDown();
    assertThat(first.get()).isEqualTo(1);
    g.close();
  }

  @ParameterizedTest
  @EnumSource
  void manyThreadsRacingForOneGeneratorSeeEachValueOnce(Kind kind) throws Exception {
    try (var g = count().shared()) {
      var seen = new ArrayList<Integer>();
      var tasks = new ArrayList<FutureTask<List<Integer>>>();
      for (int t = 0; t < 4; t++) {
        var task =
            new FutureTask<List<Integer>>(
                () -> {
                  var own = new ArrayList<Integer>();
                  while (own.size() < 200) {
                    try {
                      own.add(g.next());
                    } catch (IllegalStateException busy) {
                      Thread.yield();
                    }
                  }
                  return own;
                });
        tasks.add(task);
        kind.threads.newThread(task).start();
      }
      for (var task : tasks) {
        seen.addAll(task.get());
      }

      assertThat(seen).hasSize(800).doesNotHaveDuplicates();
      assertThat(seen).allMatch(value -> value < 800);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theBodyMayBlockAndOnlyItsHostWaits(Kind kind) throws Exception {
    var values = new SynchronousQueue<String>();
    Generator<String, Void, Void> g =
        Generator.yielding(
            y -> {
              y.yieldValue(values.take());
              y.yieldValue(values.take());
            });
    var consumer = new FutureTask<>(() -> g.stream().toList());
    kind.threads.newThread(consumer).start();

    values.put("a");
    values.put("b");

    assertThat(consumer.get()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptOfTheHostReachesTheBodyAndComesBack(Kind kind) throws Exception {
    var inside = new CountDownLatch(1);
    Generator<String, Void, Void> g =
        Generator.yielding(
            y -> {
              try {
                inside.countDown();
                new CountDownLatch(1).await();
              } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                y.yieldValue("interrupted");
              }
            });
    var result = new FutureTask<>(() -> g.next() + " " + Thread.interrupted());
    Thread host = kind.threads.newThread(result);
    host.start();
    inside.await();

    host.interrupt();

    assertThat(result.get()).isEqualTo("interrupted true");
    host.join();
    g.close();
  }

  @Test
  void aGeneratorMaySuspendThroughGeneratorsNestedInIt() {
    Generator<String, Void, Void> outer =
        Generator.yielding(
            "outer",
            o -> {
              Generator<String, Void, Void> inner =
                  Generator.yielding(
                      "inner",
                      i -> {
                        o.yieldValue("outer from inside inner");
                        i.yieldValue("inner");
                      });
              o.yieldValue(inner.next());
              inner.close();
            });

    assertThat(outer.next()).isEqualTo("outer from inside inner");
    assertThat(outer.next()).isEqualTo("inner");
    assertThat(outer.hasNext()).isFalse();
  }

  @Test
  void anInnerOneSuspendedWithItsOuterCountsAsRunning() {
    var inners = new ArrayList<Generator<String, Void, Void>>();
    Generator<String, Void, Void> outer =
        Generator.yielding(
            o -> {
              Generator<String, Void, Void> inner =
                  Generator.yielding("inner", i -> o.yieldValue("through"));
              inners.add(inner);
              inner.hasNext();
            });
    outer.next();

    assertThatThrownBy(inners.getFirst()::next)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("generator 'inner' is already executing");
    assertThat(outer.hasNext()).isFalse();
  }

  @Test
  void aRecursiveWalkYieldsFromAnyDepth() {
    Generator<Integer, Void, Void> walk = Generator.yielding(g -> walk(0, g));

    assertThat(walk.stream().mapToInt(Integer::intValue).sum()).isEqualTo(1000 * 999 / 2);
  }

  private static void walk(int depth, Yielder<Integer, Void> g) {
    if (depth < 1000) {
      g.yieldValue(depth);
      walk(depth + 1, g);
    }
  }

  @Test
  void aStackOverflowInTheBodyIsAnErrorLikeAnyOther() {
    Generator<Integer, Void, Void> g = Generator.yielding(y -> y.yieldValue(endless(0)));

    assertThat(catchThrowable(g::next)).isInstanceOf(StackOverflowError.class);
    assertThat(g.hasNext()).isFalse();
  }

  private static int endless(int n) {
    return 1 + endless(n + 1);
  }

  // ------------------------------------------------------------------ pinned

  private static final ThreadLocal<Runnable> AT_INIT = new ThreadLocal<>();

  static final class First {
    static final int TOUCHED = touched();

    private static int touched() {
      AT_INIT.get().run();
      return 1;
    }
  }

  static final class Second {
    static final int TOUCHED = touched();

    private static int touched() {
      AT_INIT.get().run();
      return 1;
    }
  }

  static final class Third {
    static final int TOUCHED = touched();

    private static int touched() {
      AT_INIT.get().run();
      return 1;
    }
  }

  @Test
  @FullMode("the twin's thread is never pinned")
  void aYieldInsideAClassInitialiserIsRefusedAndNamesTheFrame() {
    var refusals = new ArrayList<String>();
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            "pinned",
            y -> {
              AT_INIT.set(() -> refusals.add(catchThrowable(() -> y.yieldValue(1)).getMessage()));
              y.yieldValue(First.TOUCHED + 1);
            });

    assertThat(g.next()).isEqualTo(2);
    assertThat(refusals)
        .singleElement()
        .asString()
        .matches(
            "generator 'pinned' cannot switch out: pinned by class initialiser "
                + "io\\.greenloop\\.coroutine\\.HostsTest\\$First\\.<clinit>"
                + "\\(HostsTest\\.java:\\d+\\); move the call out of it");
    g.close();
  }

  @Test
  @FullMode("the twin's thread is never pinned")
  void aPinBelowAnInnerGeneratorRefusesTheOutersYield() {
    var refusals = new ArrayList<String>();
    Generator<Integer, Void, Void> outer =
        Generator.yielding(
            "outer",
            o -> {
              Generator<Integer, Void, Void> inner =
                  Generator.yielding(
                      i -> {
                        refusals.add(catchThrowable(() -> o.yieldValue(1)).getMessage());
                        i.yieldValue(7);
                      });
              try (inner) {
                var sum = new AtomicInteger();
                AT_INIT.set(() -> sum.addAndGet(inner.next()));
                o.yieldValue(Second.TOUCHED + sum.get());
              }
            });

    assertThat(outer.next()).isEqualTo(8);
    assertThat(refusals).singleElement().asString().contains("HostsTest$Second.<clinit>");
    outer.close();
  }

  @Test
  void aGeneratorRunsWholeInsideAClassInitialiser() {
    var seen = new ArrayList<Integer>();
    AT_INIT.set(() -> count().take(2).forEachRemaining(seen::add));

    assertThat(Third.TOUCHED).isEqualTo(1);
    assertThat(seen).containsExactly(0, 1);
  }

  static final class Fourth {
    static final int TOUCHED = touched();

    private static int touched() {
      AT_INIT.get().run();
      return 1;
    }
  }

  @Test
  void aHostThatParksThroughAPinnedBodyStillParks() throws Exception {
    var values = new SynchronousQueue<Integer>();
    var result =
        new FutureTask<>(
            () -> {
              Generator<Integer, Void, Void> g =
                  Generator.yielding(
                      y -> {
                        var got = new AtomicInteger();
                        AT_INIT.set(() -> got.set(take(values)));
                        y.yieldValue(Fourth.TOUCHED + got.get());
                      });
              try (g) {
                return g.next();
              }
            });
    Thread host = Thread.ofVirtual().start(result);
    while (host.getState() == Thread.State.RUNNABLE || host.getState() == Thread.State.NEW) {
      Thread.onSpinWait();
    }

    values.put(41);

    assertThat(result.get()).isEqualTo(42);
  }

  private static int take(SynchronousQueue<Integer> values) {
    try {
      return values.take();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
