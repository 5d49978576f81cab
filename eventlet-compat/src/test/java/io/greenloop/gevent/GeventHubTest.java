package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopExit;
import io.greenloop.RunOptions;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.internal.Hubs;
import io.greenloop.greenlet.GreenletError;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeventHubTest {
  @Test
  @Parity({"GE-1.10.1", "GE-C44", "GE-1.16.12"})
  void aProgramThatNothingCanWakeIsToldWhoWaitsForWhat(TestLoop t) {
    t.run(
        () -> {
          var queue = new Queue<String>();
          Gevent.spawn(() -> queue.get()).setName("reader");
          var semaphore = new Semaphore(0);

          assertThatThrownBy(semaphore::acquire)
              .isInstanceOf(LoopExit.class)
              .hasMessageContaining("waits for Semaphore@")
              .hasMessageContaining("waits for an item of Queue@");
        });
  }

  @Test
  @Parity("GE-1.10.1")
  void thePolicyMayBeToLogOrToWait() {
    var logged = new ArrayList<String>();
    for (GeventConfig.OnLoopExit policy :
        List.of(GeventConfig.OnLoopExit.WARN, GeventConfig.OnLoopExit.OFF)) {
      GeventConfig.setLoopExit(policy);
      try {
        Gevent.run(
            RunOptions.DEFAULT,
            () -> {
              EventLoop loop = EventLoop.current();
              var event = new Event();
              loop.setExceptionHandler(
                  (where, error) -> {
                    logged.add(error.message());
                    event.set();
                  });
              if (policy == GeventConfig.OnLoopExit.OFF) {
                loop.callLater(ofMillis(5), event::set);
              }
              event.await();
              return null;
            });
      } finally {
        GeventConfig.setLoopExit(GeventConfig.OnLoopExit.RAISE);
      }
    }
    assertThat(logged).singleElement().asString().startsWith("dead-lock: nothing can wake");
  }

  @Test
  @Parity({"GE-1.10.2", "GE-1.10.3", "GE-C47"})
  void suspendIsEndedByASwitchAndASleepIsNot(TestLoop t) {
    t.run(
        () -> {
          var suspended = Gevent.spawn(() -> Gevent.hub().suspend());
          var sleeping =
              Gevent.spawn(
                  () -> {
                    try {
                      Gevent.sleep(ofMillis(1000));
                    } catch (InvalidSwitchError wrong) {
                      t.note(wrong.getMessage().contains("it is not in Hub.suspend"));
                    }
                    return "went on";
                  });
          Gevent.sleep();
          t.loop()
              .callSoon(
                  () -> {
                    suspended.switchTo("value");
                    t.note("callback goes on " + suspended.isReady());
                    sleeping.switchTo(null);
                  });
          assertThat(suspended.get()).isEqualTo("value");
          assertThat(sleeping.get()).isEqualTo("went on");
        });

    assertThat(t.trail()).containsExactly("callback goes on true@0", "true@0");
  }

  @Test
  @Parity({"GE-1.10.3", "GE-C47"})
  void aTokenResumesOnce(TestLoop t) {
    t.run(
        () -> {
          var tokens = new ArrayList<Resumer>();
          var waiting =
              Gevent.spawn(
                  () -> {
                    tokens.add(Gevent.hub().resumer());
                    Object first = Gevent.hub().suspend();
                    tokens.add(Gevent.hub().resumer());
                    try {
                      Gevent.hub().suspend();
                    } catch (IllegalStateException thrown) {
                      return first + thrown.getMessage();
                    }
                    return "";
                  });
          Gevent.sleep();
          t.loop().callSoon(() -> tokens.get(0).switchTo("one "));
          Gevent.sleep();
          assertThatThrownBy(() -> tokens.get(0).switchTo("again"))
              .isInstanceOf(InvalidSwitchError.class)
              .hasMessageContaining("was used");
          t.loop().callSoon(() -> tokens.get(1).throwInto(new IllegalStateException("two")));
          assertThat(waiting.get()).isEqualTo("one two");

          // what is sent before the suspend is kept for it
          Resumer mine = Gevent.hub().resumer();
          mine.switchTo("early");
          assertThat(Gevent.hub().suspend()).isEqualTo("early");
        });
  }

  @Test
  @Parity({"GE-1.10.3", "GE-C70"})
  void greenletsSwitchToEachOtherThroughTheHub(TestLoop t) {
    t.run(
        () -> {
          var pong = new ArrayList<Greenlet<?>>();
          var ping =
              Gevent.spawn(
                  () -> {
                    Object got = pong.getFirst().switchTo("ping");
                    t.note("ping got " + got);
                  });
          pong.add(
              new Greenlet<>(
                  () -> {
                    t.note("pong started");
                    ping.switchTo("pong");
                    return "never";
                  }));
          ping.join();
          pong.getFirst().kill();

          var dead = Gevent.spawn(() -> "end");
          dead.join();
          assertThatThrownBy(() -> dead.switchTo(1))
              .isInstanceOf(GreenletError.class)
              .hasMessage("switchTo: greenlet 'Greenlet-0' (finished) has ended");
          var scheduled = Gevent.spawn(() -> "end");
          assertThatThrownBy(() -> scheduled.switchTo(1))
              .isInstanceOf(GreenletError.class)
              .hasMessageContaining("starts by itself");
        });

    assertThat(t.trail()).containsExactly("pong started@0", "ping got pong@0");
  }

  @Test
  @Parity({"GE-1.10.3", "GE-C68"})
  @RealTime
  void aSwitchFromAnotherLoopIsRefused() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var victim = Gevent.spawn(() -> Gevent.hub().suspend());
            Gevent.sleep();
            Aio.toThread(
                    () ->
                        Aio.run(
                            () ->
                                assertThatThrownBy(() -> victim.switchTo(1))
                                    .isInstanceOf(GreenletError.class)
                                    .hasMessageContaining("post to that loop")))
                .join();
            victim.kill();
          });
    }
  }

  @Test
  @Parity({"GE-1.10.4", "GE-C44"})
  void aWaiterHandsOneValueFromTheHub(TestLoop t) {
    t.run(
        () -> {
          var early = new Waiter<String>();
          early.switchTo("early");
          assertThat(early.isReady()).isTrue();
          assertThat(early.get()).isEqualTo("early");
          early.clear();
          assertThat(early.isReady()).isFalse();

          var waiter = new Waiter<String>();
          var first = Gevent.spawn(() -> waiter.get());
          Gevent.sleep();
          assertThatThrownBy(waiter::get).isInstanceOf(ConcurrentObjectUseError.class);
          assertThatThrownBy(() -> waiter.switchTo("x"))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("only the hub may resume");
          t.loop().callSoon(() -> waiter.switchTo("value"));
          assertThat(first.get()).isEqualTo("value");

          var failing = new Waiter<String>();
          t.loop().callSoon(() -> failing.throwInto(new IOException("thrown")));
          assertThatThrownBy(failing::get).hasMessage("thrown");
          assertThat(failing.isSuccessful()).isFalse();

          var several = new Waiter<List<Object>>();
          several.switchArgs(1, "two");
          assertThat(several.get()).containsExactly(1, "two");

          var linked = new Waiter<String>();
          Gevent.spawn(() -> "outcome").rawLink(linked::accept);
          assertThat(linked.get()).isEqualTo("outcome");
        });
  }

  @Test
  @Parity({"GE-1.10.5", "GE-1.10.6", "GE-1.11.7"})
  void theHubWaitsForAWatcherAndIsTalkedOutOfIt(TestLoop t) {
    t.run(
        () -> {
          Hub hub = Gevent.hub();
          var timer = hub.loop().timer(ofMillis(10));
          hub.await(timer);
          t.note("fired " + timer.isActive());

          var other = hub.loop().timer(ofMillis(1000));
          var waiting = Gevent.spawn(() -> hub.await(other));
          Gevent.sleep();
          assertThatThrownBy(() -> hub.await(other)).isInstanceOf(ConcurrentObjectUseError.class);
          hub.cancelWait(other, new IOException("closed"));
          waiting.join();
          assertThat(waiting.getException()).hasMessage("closed");
          assertThat(other.isActive()).isFalse();
          assertThat(t.errors()).hasSize(1);
        });

    assertThat(t.trail()).containsExactly("fired false@10");
  }

  @Test
  @Parity({"GE-1.10.10", "GE-1.1.12"})
  void whatAHubKnowsOfItself(TestLoop t) {
    t.run(
        () -> {
          Hub hub = Gevent.hub();
          assertThat(Gevent.hub()).isSameAs(hub);
          hub.setName("main hub");
          assertThat(hub.toString()).isEqualTo("hub " + hub.id() + " 'main hub' of " + t.loop());
          assertThat(hub.main()).contains(Aio.currentTask().orElseThrow());
          assertThat(hub.eventLoop()).isSameAs(t.loop());
          assertThat(hub.threadPool()).isSameAs(hub.threadPool());
          assertThat(hub.resolver()).isSameAs(hub.resolver());
          assertThat(hub.loop().toString()).startsWith("loop of hub");
        });
  }

  @Test
  @Parity({"GE-1.10.11", "GE-1.10.16", "GE-1.10.17", "GE-C46"})
  void callbacksRunInTheirOrderAndOneThatFailsIsReported(TestLoop t) {
    t.run(
        () -> {
          Loop loop = Gevent.hub().loop();
          loop.callSoon(
              () -> {
                t.note("first");
                loop.callSoon(() -> t.note("added by it"));
              });
          loop.callSoon(() -> t.note("never")).cancel();
          loop.callSoon(
              () -> {
                throw new IllegalStateException("callback");
              });
          loop.callSoon(() -> t.note("second"));
          Gevent.sleep();
          t.note("main");
          Gevent.sleep();
        });

    assertThat(t.trail()).containsExactly("first@0", "second@0", "main@0", "added by it@0");
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity({"GE-1.10.12", "GE-1.10.15", "GE-C46"})
  void timersFireOnceOrAgainAndAgain(TestLoop t) {
    t.run(
        () -> {
          Loop loop = Gevent.hub().loop();
          var once = loop.timer(ofMillis(10));
          once.start(() -> t.note("once"));
          assertThat(once.isActive()).isTrue();
          var repeated = loop.timer(ofMillis(10), ofMillis(5));
          repeated.start(() -> t.note("repeated"));
          assertThatThrownBy(() -> loop.timer(ofMillis(1)).start(nothing()))
              .isInstanceOf(NullPointerException.class);
          Gevent.sleep(ofMillis(22));
          assertThat(once.isActive()).isFalse();
          repeated.again(() -> t.note("again"));
          Gevent.sleep(ofMillis(6));
          repeated.stop();
          once.start(() -> t.note("restarted"));
          Gevent.sleep(ofMillis(12));
          try (var closed = loop.timer(ofMillis(1))) {
            closed.start(() -> t.note("never"));
          }
          once.close();
          assertThatThrownBy(() -> once.start(() -> {})).isInstanceOf(IllegalStateException.class);
          loop.timer(ofMillis(1))
              .start(
                  () -> {
                    throw new IllegalStateException("watcher");
                  });
          Gevent.sleep(ofMillis(5));
          assertThat(t.errors()).hasSize(1);
        });

    assertThat(t.trail())
        .containsExactly(
            "once@10", "repeated@10", "repeated@15", "repeated@20", "again@27", "restarted@38");
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  @Test
  @Parity({"GE-1.10.15", "GE-C45"})
  void aWatcherWithoutRefKeepsNothingAliveButCanBeWaitedFor(TestLoop t) {
    t.run(
        () -> {
          Hub hub = Gevent.hub();
          var weak = hub.loop().timer(ofMillis(10)).unref();
          assertThat(weak.isRef()).isFalse();
          weak.start(() -> t.note("weak"));
          assertThat(hub.awaitIdle(ofMillis(100))).isTrue();
          t.note("idle");
          var other = Gevent.spawn(() -> Gevent.sleep(ofMillis(20)));
          other.join();
        });

    assertThat(t.trail()).containsExactly("idle@0", "weak@10");
  }

  @Test
  @Parity({"GE-1.10.14", "GE-1.9.11", "GE-C46"})
  void asyncAndIdleWatchers(TestLoop t) {
    t.run(
        () -> {
          Hub hub = Gevent.hub();
          var async = hub.loop().async();
          Thread.ofPlatform().start(async::send);
          hub.await(async);
          t.note("sent " + async.isPending());

          var posted = new Event();
          try (var _ = t.loop().expectPosts()) {
            Thread.ofPlatform().start(() -> hub.loop().post(posted::set));
            posted.await();
          }
          Gevent.spawn(
              () -> {
                Gevent.sleep();
                t.note("busy");
              });
          hub.await(hub.loop().idle());
          t.note("idle");
        });

    assertThat(t.trail()).containsExactly("sent false@0", "busy@0", "idle@0");
  }

  @Test
  @Parity({"GE-1.10.14", "GE-C46"})
  @RealTime
  void statAndChildWatchers(@org.junit.jupiter.api.io.TempDir java.nio.file.Path dir) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            Hub hub = Gevent.hub();
            var file = dir.resolve("watched");
            var stat = hub.loop().stat(file, ofMillis(5));
            var changed = new Event();
            stat.start(changed::set);
            assertThat(changed.await(ofMillis(20))).isFalse();
            java.nio.file.Files.writeString(file, "hello");
            changed.await();
            assertThat(stat.previous()).isEmpty();
            stat.close();

            var process = new ProcessBuilder("sh", "-c", "exit 3").start();
            var child = hub.loop().child(process);
            hub.await(child);
            assertThat(child.status()).hasValue(3);
            assertThat(child.pid()).isEqualTo(process.pid());
          });
    }
  }

  @Test
  @Parity({"GE-1.1.15", "GE-C66", "GE-1.10.14"})
  @RealTime
  void aSignalRunsItsHandlerInAGreenletThatMayWait() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var handled = new Event();
            // as in gevent, a handler alone keeps nothing alive
            try (var _ = t.loop().expectPosts();
                var _ =
                    Gevent.onSignal(
                        "USR2",
                        () -> {
                          Gevent.sleep(ofMillis(1));
                          handled.set();
                          throw new IOException("handler");
                        })) {
              for (int i = 0; i < 2; i++) { // it survives its error
                handled.clear();
                new ProcessBuilder("kill", "-USR2", "" + ProcessHandle.current().pid()).start();
                handled.await();
              }
            }
            Gevent.sleep(ofMillis(5));
            assertThat(t.errors()).hasSize(2);

            var watcher = Gevent.hub().loop().signal("USR2");
            var fired = Gevent.spawn(() -> Gevent.hub().await(watcher));
            Gevent.sleep();
            new ProcessBuilder("kill", "-USR2", "" + ProcessHandle.current().pid()).start();
            fired.join();
            assertThat(watcher.signal()).isEqualTo("USR2");
          });
    }
  }

  @Test
  @Parity({"GE-1.1.9", "GE-C45", "GE-1.1.12"})
  @RealTime
  void aPlainThreadGetsAHubOnDemand() {
    try {
      var greenlet = Gevent.spawn(() -> "value");
      assertThat(greenlet.get()).isEqualTo("value");
      var event = new Event();
      Gevent.spawnLater(ofMillis(1), event::set);
      event.await();
      assertThat(Gevent.joinAll(List.of(greenlet))).containsExactly(greenlet);
      Gevent.sleep(ofMillis(1));
      assertThatThrownBy(() -> new Event().await()).isInstanceOf(LoopExit.class);
    } finally {
      Hubs.closeOwn();
    }
  }

  @Test
  @Parity("GE-1.16.12")
  void aHubWhoseLoopIsClosedSaysSo() {
    var hubs = new ArrayList<Hub>();
    try (var t = TestLoop.virtual()) {
      t.run(() -> hubs.add(Gevent.hub()));
    }
    assertThatThrownBy(() -> hubs.getFirst().loop().post(() -> {}))
        .isInstanceOf(HubDestroyed.class);
  }

  @Test
  void allKindsOfCodeWaitForEachOther(TestLoop t) {
    t.run(
        () -> {
          var greenlet =
              Gevent.spawn(
                  () -> {
                    var thread =
                        Eventlet.spawn(
                            () -> {
                              var task = Aio.spawn(() -> "task");
                              return task.join() + " in eventlet";
                            });
                    return thread.await() + " in gevent";
                  });
          assertThat(Aio.gather(greenlet).join()).containsExactly("task in eventlet in gevent");

          var waiting = Gevent.spawn(() -> Aio.newPromise().join());
          Gevent.sleep();
          assertThatThrownBy(() -> Aio.waitFor(waiting, ofMillis(10)))
              .isInstanceOf(io.greenloop.AsyncTimeoutException.class);
          Gevent.sleep();
          assertThat(waiting.isReady()).isTrue();
        });
  }

  @Test
  @Parity({"GE-1.10.13", "GE-C46"})
  void aWatcherThatCannotStartMayBeStartedAgain(TestLoop t) throws Exception {
    var pipe = java.nio.channels.Pipe.open();
    try (var source = pipe.source();
        var _ = pipe.sink()) {
      t.run(
          () -> {
            var taken = Gevent.hub().loop().io(source, Loop.READ);
            var file = GeventFile.of(source);
            assertThatThrownBy(() -> taken.start(() -> {}))
                .isInstanceOf(IllegalStateException.class);
            assertThat(taken.isActive()).isFalse();
            assertThat(taken.hasCallback()).isFalse();
            assertThatThrownBy(() -> taken.start(() -> {}))
                .isInstanceOf(IllegalStateException.class);
            file.close();
          });
    }
  }

  @Test
  @Parity({"GE-1.1.15", "GE-1.10.14", "GE-C66"})
  @RealTime
  void aSignalReachesAllWhoHaveAskedForIt() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var second = new Event();
            List<String> heard = new ArrayList<>();
            try (var _ = t.loop().expectPosts();
                var first =
                    Gevent.onSignal(
                        "USR2",
                        () -> {
                          heard.add("first");
                        });
                var _ =
                    Gevent.onSignal(
                        "USR2",
                        () -> {
                          heard.add("second");
                          second.set();
                        })) {
              new ProcessBuilder("kill", "-USR2", "" + ProcessHandle.current().pid()).start();
              second.await();
              first.remove();
              second.clear();
              new ProcessBuilder("kill", "-USR2", "" + ProcessHandle.current().pid()).start();
              second.await();
            }
            assertThat(heard).containsExactly("first", "second", "second");
          });
    }
  }

  @Test
  @Parity({"GE-1.1.12", "GE-1.8.5"})
  @RealTime
  void whatWaitsOnAPlainThreadRunsItsHub() throws Exception {
    try {
      assertThat(Gevent.await(Gevent.spawn(() -> "awaited"))).isEqualTo("awaited");
      assertThat(Gevent.hub().resolver().address("localhost").isLoopbackAddress()).isTrue();
    } finally {
      Hubs.closeOwn();
    }
  }

  @Test
  @Parity({"GE-1.7.1", "GE-1.5.3", "GE-1.5.14"})
  @RealTime
  void whoWaitsOnAPlainThreadIsPassedOverAndWaitsOn() {
    try {
      var permits = new Semaphore(0);
      Gevent.spawn(() -> permits.acquire());
      Gevent.sleep();
      List<String> done = new ArrayList<>();
      Gevent.spawn(() -> permits.acquire()); // behind main in the line
      Gevent.spawn(
          () -> {
            permits.release();
            permits.release();
          });
      permits.release();
      assertThat(permits.tryAcquire()).isTrue();
      Gevent.spawnLater(
          ofMillis(1),
          () -> {
            done.add("released");
            permits.release();
          });
      permits.acquire();
      assertThat(done).containsExactly("released");
      assertThat(permits.counter()).isZero();
    } finally {
      Hubs.closeOwn();
    }
  }
}
