package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where greenlets may live, and how they meet the loop. */
class GreenletPlacesTest {
  private final List<@Nullable Object> trail = new ArrayList<>();

  /** Three greenlets in turn, values, an error, a kill: what has to work everywhere. */
  private static String exercise() {
    Greenlet main = Greenlet.current();
    var words = new ArrayList<String>();
    Greenlet second =
        new Greenlet(
            args -> {
              words.add("second " + args[0]);
              try {
                return main.switchTo("from second");
              } catch (Exception e) { // javac sees no throws clause
                return "caught " + e.getMessage();
              }
            });
    Greenlet first =
        new Greenlet(
            args -> {
              words.add("first " + args[0]);
              return "first got " + second.switchTo("b");
            });
    words.add("" + first.switchTo("a"));
    words.add("" + second.throwInto(new IOException("disk")));
    words.add("" + (first.throwInto() instanceof GreenletExit));
    return String.join(", ", words) + (first.isDead() && second.isDead());
  }

  private static final String EXERCISED = "first a, second b, from second, caught disk, truetrue";

  // ---- hosts -------------------------------------------------------------------------------

  @Test
  void theyWorkOnAPlatformThreadOfAnExecutor() throws Exception {
    try (var executor = Executors.newFixedThreadPool(1)) {
      assertThat(executor.submit(GreenletPlacesTest::exercise).get()).isEqualTo(EXERCISED);
      assertThat(executor.submit(GreenletPlacesTest::exercise).get()).isEqualTo(EXERCISED);
    }
  }

  @Test
  void theyWorkOnAVirtualThread() throws Exception {
    var task = new FutureTask<>(GreenletPlacesTest::exercise);
    Thread.ofVirtual().start(task);

    assertThat(task.get()).isEqualTo(EXERCISED);
  }

  @Test
  void theyWorkInATaskAndOnTheThreadsThatItsJobsRunOn() {
    Aio.run(
        () -> {
          trail.add(exercise());
          trail.add(Aio.toThread(GreenletPlacesTest::exercise).join());
        });

    assertThat(trail).containsExactly(EXERCISED, EXERCISED);
  }

  @Test
  void theyWorkInCallbacksAndTimers() {
    try (var t = TestLoop.virtual()) {
      t.loop().callSoon(() -> trail.add(exercise()));
      t.loop().callLater(Duration.ofMillis(5), () -> trail.add(exercise()));
      t.runUntilIdle();
    }

    assertThat(trail).containsExactly(EXERCISED, EXERCISED);
  }

  @Test
  void oneOfACallbackIsResumedByLaterCallbacks() {
    try (var t = TestLoop.virtual()) {
      t.loop()
          .callSoon(
              () -> {
                Greenlet hub = Greenlet.current();
                Greenlet g =
                    new Greenlet(
                        args -> {
                          t.note("started");
                          t.note("got " + hub.switchTo());
                          return null;
                        });
                t.loop().callLater(Duration.ofMillis(20), () -> g.switchTo("value"));
                g.switchTo();
                t.note("callback goes on");
              });
      t.runUntilIdle();

      assertThat(t.trail()).containsExactly("started@0", "callback goes on@0", "got value@20");
    }
  }

  @Test
  @Parity("GL-1.13.10")
  void aGreenletOfACallbackIsRefusedAWaitAndToldSo() {
    Aio.run(
        () -> {
          Promise<Object> refused = Aio.newPromise();
          EventLoop.current()
              .callSoon(
                  () ->
                      refused.complete(
                          new Greenlet(
                                  args -> catchThrowable(() -> Aio.sleep(Duration.ofMillis(1))))
                              .switchTo()));
          trail.add(refused.join());
        });

    assertThat(trail.getFirst()).isInstanceOf(IllegalStateException.class);
    assertThat(((Throwable) trail.getFirst()).getMessage()).contains("sleep");
  }

  @Test
  @FullMode("a callback that blocks holds the loop there")
  void afterACallbackHasBlockedItsGreenletsAreRefusedWithTheReason() {
    Aio.run(
        () -> {
          var gate = new java.util.concurrent.Semaphore(0);
          Promise<Throwable> refused = Aio.newPromise();
          EventLoop loop = EventLoop.current();
          loop.callSoon(
              () -> {
                Greenlet hub = Greenlet.current();
                Greenlet g = new Greenlet(args -> hub.switchTo());
                g.switchTo();
                loop.callSoon(
                    () -> {
                      refused.complete(catchThrowable(g::switchTo));
                      gate.release();
                    });
                gate.acquireUninterruptibly();
              });
          trail.add(refused.join());
        });

    assertThat((Throwable) trail.getFirst())
        .isExactlyInstanceOf(GreenletError.class)
        .hasMessageEndingWith(
            " as they ran before one of them blocked: its thread was left to it, and the rest went"
                + " on in another; do not block in callbacks that host greenlets, spawn a task");
  }

  @Test
  void postToReachesTheCallbacksOfALoopFromAnyThread() {
    Aio.run(
        () -> {
          Promise<String> done = Aio.newPromise();
          EventLoop.current()
              .callSoon(
                  () -> {
                    Greenlet hub = Greenlet.current();
                    Greenlet g = new Greenlet(args -> done.tryComplete("got " + hub.switchTo()));
                    g.switchTo();
                    trail.add(g);
                  });
          Aio.yieldNow();
          Greenlet g = (Greenlet) trail.removeFirst();
          trail.add(
              Aio.toThread(
                      () -> {
                        Throwable refused = catchThrowable(() -> g.switchTo("directly"));
                        g.postTo(() -> g.switchTo("a post"));
                        return refused.getMessage();
                      })
                  .join());
          trail.add(done.join());
        });

    assertThat((String) trail.get(0))
        .endsWith("post the switch to its loop: postTo(() -> greenlet.switchTo(…))");
    assertThat(trail.get(1)).isEqualTo("got a post");
  }

  @Test
  void postToATaskOrThreadIsRefusedWithWhatToUseThere() throws Exception {
    Greenlet ofThread = new Greenlet(args -> null);
    var made = new ArrayList<Greenlet>();
    Aio.run(() -> made.add(Greenlet.current()));

    assertThatThrownBy(() -> ofThread.postTo(() -> {}))
        .isExactlyInstanceOf(GreenletError.class)
        .hasMessageEndingWith("hand the value over in a BlockingQueue that its thread takes from");
    assertThatThrownBy(() -> made.getFirst().postTo(() -> {}))
        .isExactlyInstanceOf(GreenletError.class)
        .hasMessageEndingWith("hand the value over in a Promise or Queue that its task waits for");
  }

  // ---- waits for callbacks -----------------------------------------------------------------

  @Test
  @Parity("GL-1.12.7")
  void inACallbackAWorkerSwitchesToTheHubAndItsCallbackResumesIt() {
    try (var t = TestLoop.virtual()) {
      for (int i = 1; i <= 2; i++) {
        int number = i;
        t.loop()
            .callSoon(
                () ->
                    new Greenlet(
                            args -> {
                              String got =
                                  Hub.suspend(
                                      resumer ->
                                          t.loop()
                                              .callLater(
                                                  Duration.ofMillis(30 / number),
                                                  () -> resumer.resume("value " + number)));
                              t.note(got);
                              return null;
                            })
                        .switchTo());
      }
      t.note("set up");
      t.runUntilIdle();

      assertThat(t.trail()).containsExactly("set up@0", "value 2@15", "value 1@30");
    }
  }

  @Test
  @Parity("GL-1.12.7")
  void inATaskTheTaskWaitsAndOthersGoOn() {
    try (var t = TestLoop.virtual()) {
      t.run(
          () -> {
            Task<Object> worker =
                Aio.spawn(
                    () ->
                        new Greenlet(
                                args ->
                                    Hub.<String>suspend(
                                        resumer ->
                                            t.loop()
                                                .callLater(
                                                    Duration.ofMillis(20),
                                                    () -> resumer.resume("due"))))
                            .switchTo());
            Aio.sleep(Duration.ofMillis(10));
            t.note("another task");
            t.note((String) worker.join());
          });

      assertThat(t.trail()).containsExactly("another task@10", "due@20");
    }
  }

  @Test
  void aWaitEndsByAnErrorOnceAndFromAnyThread() {
    var error = new IOException("disk");
    Throwable seen =
        Aio.run(
            () ->
                catchThrowable(
                    () ->
                        Hub.suspend(
                            resumer -> Thread.ofVirtual().start(() -> resumer.fail(error)))));

    assertThat(seen).isSameAs(error);
  }

  @Test
  void aSecondResumeIsReported() {
    try (var t = TestLoop.virtual()) {
      t.run(
          () -> {
            t.note(
                Hub.<String>suspend(
                    resumer -> {
                      resumer.resume("first");
                      resumer.resume("second");
                    }));
            Aio.yieldNow();
          });

      assertThat(t.trail()).containsExactly("first@0");
      assertThat(t.errors())
          .singleElement()
          .satisfies(
              context ->
                  assertThat(context.exception())
                      .hasMessage(
                          "resume: this wait has been resumed already; one resume for each"
                              + " suspend"));
    }
  }

  @Test
  void aCallbackItselfCannotWait() {
    try (var t = TestLoop.virtual()) {
      t.loop()
          .callSoon(() -> t.note(catchThrowable(() -> Hub.suspend(resumer -> {})).getMessage()));
      t.runUntilIdle();

      assertThat(t.trail())
          .containsExactly(
              "suspend: a callback cannot wait; let it start a greenlet, or spawn a task@0");
    }
  }

  @Test
  void callSyncTurnsACallbackIntoAResult() {
    Object sum =
        Aio.run(
            () ->
                new Greenlet(
                        args ->
                            Greenlet.<Integer>callSync(
                                answer -> Thread.ofVirtual().start(() -> answer.accept(42))))
                    .switchTo());

    assertThat(sum).isEqualTo(42);
  }

  // ---- bridges -----------------------------------------------------------------------------

  /** A synchronous library over an asynchronous driver. */
  private static String query(Promise<String> answer) {
    return "row " + Bridge.await(answer);
  }

  @Test
  @Parity("GL-1.11.6")
  void synchronousCodeRunsOverAnAsynchronousDriver() {
    Aio.run(
        () -> {
          Promise<String> answer = Aio.newPromise();
          Task<String> rows = Bridge.run(() -> "[" + query(answer) + "]");
          Aio.yieldNow();
          trail.add(rows.isDone());
          answer.complete("7");
          trail.add(rows.join());
        });

    assertThat(trail).containsExactly(false, "[row 7]");
  }

  @Test
  @Parity("GL-1.11.6")
  void awaitOutsideOfABridgeIsRefused() {
    Throwable refused = Aio.run(() -> catchThrowable(() -> query(Aio.newPromise())));

    assertThat(refused)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "await: the caller is not inside Bridge.run, so there is nothing that could wait for"
                + " it; call the code through Bridge.run, or join the future in a task");
  }

  @Test
  @Parity("GL-1.11.6")
  void theDriversErrorIsThrownWhereItIsAwaitedAndAStageWorksToo() {
    var error = new IOException("connection lost");
    Aio.run(
        () -> {
          Task<Object> failing =
              Bridge.run(
                  () -> {
                    Throwable seen =
                        catchThrowable(() -> Bridge.await(CompletableFuture.failedStage(error)));
                    trail.add(seen == error);
                    return Bridge.await(CompletableFuture.completedStage("again"));
                  });
          trail.add(failing.join());
        });

    assertThat(trail).containsExactly(true, "again");
  }

  @Test
  void aBridgeIsCancelledAtItsAwaitAndGreenletsInsideMayAwait() {
    Aio.run(
        () -> {
          Task<Object> bridge =
              Bridge.run(
                  () -> {
                    try {
                      return new Greenlet(args -> query(Aio.newPromise())).switchTo();
                    } finally {
                      trail.add("cleaned up");
                    }
                  });
          Aio.yieldNow();
          bridge.cancel();
          Aio.waitUntil(List.of(bridge));
          trail.add(bridge.isCancelled());
        });

    assertThat(trail).containsExactly("cleaned up", true);
  }

  @Test
  @FullMode("blocking code of the JDK holds the loop there")
  void aBridgeMayBlockAndOnlyItsTaskWaits() {
    Aio.run(
        () -> {
          var queue = new SynchronousQueue<String>();
          Task<String> bridge = Bridge.run(queue::take);
          Aio.yieldNow();
          queue.put("taken");
          trail.add(bridge.join());
        });

    assertThat(trail).containsExactly("taken");
  }

  @Test
  void aTimeoutAroundAGreenletReachesItsWait() {
    try (var t = TestLoop.virtual()) {
      Throwable late =
          t.run(
              () ->
                  catchThrowable(
                      () ->
                          Aio.timeout(
                              Duration.ofMillis(5),
                              () ->
                                  new Greenlet(
                                          args -> {
                                            Aio.sleep(Duration.ofSeconds(9));
                                            return null;
                                          })
                                      .switchTo())));

      assertThat(late).isInstanceOf(AsyncTimeoutException.class);
    }
  }

  // ---- locals and locks ----------------------------------------------------------------------

  @Test
  @Parity("GL-1.11.5")
  void aLocalHasAValuePerGreenletAlsoForMain() {
    var local = GreenletLocal.withInitial(() -> "initial");
    local.set("main's");
    Greenlet main = Greenlet.current();
    Greenlet g =
        new Greenlet(
            args -> {
              String first = local.get();
              local.set("its own");
              main.switchTo();
              return first + ", " + local.get();
            });
    g.switchTo();

    assertThat(local.get()).isEqualTo("main's");
    assertThat(g.switchTo()).isEqualTo("initial, its own");
    assertThat(Greenlet.current()).isSameAs(main);
    local.remove();
    assertThat(local.get()).isEqualTo("initial");
    GreenletLocal<@Nullable String> empty = GreenletLocal.create();
    assertThat(empty.get()).isNull();
  }

  @Test
  @Parity("GL-1.6.10")
  void aGreenLockIsOwnedByAGreenlet() {
    var lock = new GreenLock();
    Greenlet main = Greenlet.current();
    Greenlet owner =
        new Greenlet(
            args -> {
              lock.lock();
              lock.lock();
              lock.unlock();
              main.switchTo();
              lock.unlock();
              return lock.owner();
            });
    owner.switchTo();

    assertThat(lock.owner()).isSameAs(owner);
    assertThat(lock.tryLock()).isFalse();
    assertThatThrownBy(lock::lock)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "lock: " + owner + " owns this lock; switch to it until it unlocks, or ask tryLock");
    assertThatThrownBy(lock::unlock)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("unlock: " + main + " does not own this lock; " + owner + " does");
    assertThat(owner.switchTo()).isNull();
    assertThat(lock.tryLock()).isTrue();
    lock.unlock();
    new Greenlet(args -> lock.tryLock()).switchTo();
    assertThat(lock.owner()).as("its owner has ended").isNull();
    assertThat(lock.tryLock()).isTrue();
  }
}
