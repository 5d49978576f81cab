package io.greenloop.eventlet;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.ExitRequest;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HubTest {
  // ---- a hub on demand ---------------------------------------------------------------------

  @Test
  @Parity({"EV-1.10.1", "EV-1.10.3"})
  void aPlainThreadGetsAHubThatRunsWhileItWaits() {
    var trail = new ArrayList<String>();
    try {
      var first =
          Eventlet.spawn(
              () -> {
                trail.add("first");
                Eventlet.sleep(ofMillis(1));
                return 5;
              });
      trail.add("main");
      assertThat(first.await()).isEqualTo(5);

      var queue = new Queue<String>(1);
      Eventlet.spawn(() -> queue.put("item"));
      assertThat(queue.get()).isEqualTo("item");
      Eventlet.spawn(() -> trail.add("second"));
      Eventlet.sleep();

      assertThat(Timeout.silent(ofMillis(1), () -> new Event<String>().await())).isFalse();
      assertThat(Hub.current()).isSameAs(Hub.current());
      assertThat(trail).containsExactly("main", "first", "second");
    } finally {
      Hub.current().close();
    }
  }

  @Test
  @Parity("EV-C56")
  void afterItsEndThereIsANewOneAndWhatWasLeftHasEnded() {
    var ended = new ArrayList<String>();
    EventLoop first = Hub.current().loop();
    Eventlet.spawn(
        () -> {
          try {
            Eventlet.sleep(ofMillis(1_000_000));
          } finally {
            ended.add("orphan");
          }
        });
    Eventlet.sleep();

    Hub.current().close();

    try {
      assertThat(ended).containsExactly("orphan");
      assertThat(first.isClosed()).isTrue();
      assertThat(Eventlet.spawn(() -> 3).await()).isEqualTo(3);
      assertThat(Hub.current().loop()).isNotSameAs(first);
    } finally {
      Hub.current().close();
    }
  }

  @Test
  @Parity("EV-C75")
  void eachThreadHasAHubOfItsOwn() throws Exception {
    var loops = new ArrayList<EventLoop>();
    for (int i = 0; i < 2; i++) {
      var thread =
          new Thread(
              () -> {
                loops.add(Hub.current().loop());
                assertThat(Eventlet.spawn(() -> 7).await()).isEqualTo(7);
                Hub.current().close();
              });
      thread.start();
      thread.join();
    }
    assertThat(loops).doesNotHaveDuplicates().hasSize(2);
  }

  @Test
  @Parity("EV-1.10.1")
  void whatMustEndTheProgramReachesMainWhereItWaits() {
    try {
      Eventlet.spawn(
          () -> {
            throw new ExitRequest(3);
          });
      assertThatThrownBy(() -> Eventlet.sleep(ofMillis(1000)))
          .isExactlyInstanceOf(ExitRequest.class);
      assertThat(Eventlet.spawn(() -> 1).await()).isEqualTo(1); // the hub still works
    } finally {
      Hub.current().close();
    }
  }

  @Test
  @Parity({"EV-1.10.2", "EV-1.18.6"})
  void askingForAnotherHubIsAcceptedAndIgnored(TestLoop t) {
    t.run(
        () -> {
          Hub before = Hub.current();
          Hub.use("epolls");
          assertThat(Hub.current()).isSameAs(before);
          assertThat(before.loop()).isSameAs(t.loop());
        });
  }

  // ---- suspending --------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.10.3", "EV-C57"})
  void whoIsSuspendedIsResumedWithAValue(TestLoop t) {
    t.run(
        () -> {
          Hub hub = Hub.current();
          var me = Eventlet.current();
          hub.scheduleGlobal(ofMillis(5), () -> assertThat(hub.resume(me, "value")).isTrue());
          t.note(hub.suspend());
          assertThat(hub.resume(me, "nobody")).isFalse();
          var killed = Eventlet.spawn(hub::suspend);
          Eventlet.sleep();
          killed.kill();
          assertThat(killed.isDead()).isTrue();
          t.loop()
              .callSoon(
                  () ->
                      assertThatThrownBy(hub::suspend)
                          .isExactlyInstanceOf(IllegalStateException.class)
                          .hasMessageContaining("called in the hub itself"));
          Eventlet.sleep();
        });

    assertThat(t.trail()).containsExactly("value@5");
    assertThat(t.errors()).isEmpty();
  }

  @Test
  @Parity("EV-1.10.4")
  void aPlainGreenletThatWaitsComesBackToItsStarter(TestLoop t) {
    t.run(
        () -> {
          Eventlet.spawn(() -> t.note("meanwhile"));
          var plain =
              new Greenlet(
                  args -> {
                    Eventlet.sleep(ofMillis(5));
                    return "result";
                  });
          t.note(plain.switchTo());
        });

    assertThat(t.trail()).containsExactly("meanwhile@0", "result@5");
  }

  // ---- timers ------------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.10.5", "EV-1.10.6", "EV-1.10.7", "EV-C12", "EV-C51"})
  void timersKeepTheirOrderAndALocalOneEndsWithItsGreenThread(TestLoop t) {
    t.run(
        () -> {
          Hub hub = Hub.current();
          Eventlet.spawn(
                  () -> {
                    hub.scheduleGlobal(ofMillis(10), () -> t.note("global 1"));
                    hub.scheduleLocal(ofMillis(10), () -> t.note("local"));
                    hub.scheduleGlobal(ofMillis(10), () -> t.note("global 2"));
                  })
              .await();
          hub.scheduleLocal(ofMillis(10), () -> t.note("local of main"));
          Timer cancelled = hub.scheduleGlobal(ofMillis(5), () -> t.note("cancelled"));
          assertThat(hub.timersCount()).isEqualTo(5);
          cancelled.cancel();
          cancelled.cancel();
          assertThat(cancelled.isPending()).isFalse();
          try (var closed = hub.scheduleGlobal(ofMillis(5), () -> t.note("closed"))) {
            assertThat(closed.isPending()).isTrue();
          }
          Eventlet.sleep(ofMillis(20));
          assertThat(hub.timersCount()).isZero();
        });

    assertThat(t.trail()).containsExactly("global 1@10", "global 2@10", "local of main@10");
  }

  @Test
  @Parity({"EV-1.10.8", "EV-C52", "EV-C53", "EV-1.17.2", "EV-C77"})
  void aTimerThatThrowsIsReportedAndTheHubGoesOn(TestLoop t) {
    t.run(
        () -> {
          Hub.current()
              .scheduleGlobal(
                  ofMillis(1),
                  () -> {
                    throw new ArithmeticException("timer");
                  });
          Eventlet.sleep(ofMillis(2));
          t.note("went on");
          EventletDebug.hubExceptions(false);
          try {
            Hub.current()
                .scheduleGlobal(
                    ofMillis(1),
                    () -> {
                      throw new ArithmeticException("unheard");
                    });
            Eventlet.sleep(ofMillis(2));
          } finally {
            EventletDebug.hubExceptions(true);
          }
        });

    assertThat(t.errors())
        .singleElement()
        .satisfies(e -> assertThat(e.exception()).hasMessage("timer"));
    assertThat(t.trail()).containsExactly("went on@2");
  }

  @Test
  @Parity("EV-C50")
  void cancelledTimersLeaveNothingBehind(TestLoop t) {
    t.run(
        () -> {
          Hub hub = Hub.current();
          for (int i = 0; i < 1000; i++) {
            hub.scheduleGlobal(ofMillis(1000), () -> t.note("fired")).cancel();
          }
          assertThat(hub.timersCount()).isZero();
        });
    assertThat(t.trail()).isEmpty();
  }

  @Test
  @Parity("EV-1.10.9")
  void stoppingDiscardsTheTimersOfEventletOnly(TestLoop t) {
    t.run(
        () -> {
          Hub.current().scheduleGlobal(ofMillis(1), () -> t.note("timer"));
          Eventlet.spawnAfter(ofMillis(1), () -> t.note("spawned"));
          t.loop().callLater(ofMillis(1), () -> t.note("the loop's"));
          Hub.current().stop();
          Eventlet.sleep(ofMillis(5));
        });

    assertThat(t.trail()).containsExactly("the loop's@1");
  }

  @Test
  @Parity("EV-1.10.10")
  void whereNothingCanWakeItThatIsReportedAndItWaitsOn() {
    var reports = new ArrayList<String>();
    assertThatThrownBy(
            () ->
                Eventlet.run(
                    io.greenloop.RunOptions.DEFAULT.timeout(ofMillis(300)),
                    () -> {
                      EventLoop.current()
                          .setExceptionHandler((loop, e) -> reports.add(e.message()));
                      return new Queue<String>().get();
                    }))
        .isInstanceOf(io.greenloop.AsyncTimeoutException.class);
  }

  // ---- channels ----------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.10.11", "EV-1.10.15", "EV-1.17.3", "EV-1.17.4", "EV-C68", "EV-1.10.14"})
  void itWaitsForTheReadinessOfAChannel(TestLoop t) throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      source.configureBlocking(false);
      sink.configureBlocking(false);
      t.run(
          () -> {
            Hub hub = Hub.current();
            hub.notifyOpened(source);
            EventletDebug.hubListenerStacks(true);
            EventletDebug.hubTimerStacks(true);
            hub.awaitWritable(sink);
            var reader =
                Eventlet.spawn(
                    () -> {
                      hub.awaitReadable(source);
                      ByteBuffer target = ByteBuffer.allocate(8);
                      return source.read(target);
                    });
            Eventlet.sleep();
            try (var _ = hub.scheduleGlobal(ofMillis(10_000), () -> {})) {
              assertThat(EventletDebug.dumpTimers()).contains("timer@", "HubTest");
            }
            assertThat(hub.listeners()).hasSize(1);
            assertThat(hub.readers()).hasSize(1);
            assertThat(hub.writers()).isEmpty();
            assertThat(EventletDebug.dumpListeners()).contains("reads", "HubTest");
            assertThat(EventletDebug.dumpTasks()).contains("GreenThread");
            assertThat(EventletDebug.dumpThreads()).contains("main");
            sink.write(ByteBuffer.wrap(new byte[3]));
            assertThat(reader.await()).isEqualTo(3);
            assertThat(hub.listeners()).isEmpty();
            assertThatThrownBy(() -> hub.awaitReadable(source, ofMillis(5)))
                .isExactlyInstanceOf(Timeout.class);
            assertThat(hub.listeners()).isEmpty();
          });
    } finally {
      EventletDebug.hubListenerStacks(false);
      EventletDebug.hubTimerStacks(false);
    }
  }

  @Test
  @Parity({"EV-1.10.12", "EV-1.17.6", "EV-1.10.13", "EV-1.10.16", "EV-C55"})
  void aSecondReaderIsRefusedWithBothNamesAndClosingWakesAll(TestLoop t) throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      source.configureBlocking(false);
      sink.configureBlocking(false);
      t.run(
          () -> {
            Hub hub = Hub.current();
            EventletDebug.hubListenerStacks(true);
            var first = Eventlet.spawn(() -> hub.awaitReadable(source));
            Eventlet.sleep();
            assertThatThrownBy(() -> hub.awaitReadable(source))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("second simultaneous read on ")
                .hasMessageContaining(
                    "green thread '" + first.task().orElseThrow().name() + "' already waits")
                .cause()
                .hasMessage("where green thread '" + first.task().orElseThrow().name() + "' waits")
                .hasStackTraceContaining("HubTest");
            hub.awaitWritable(sink); // the other direction is fine
            EventletDebug.hubPreventMultipleReaders(false);
            var second = Eventlet.spawn(() -> hub.awaitReadable(source));
            Eventlet.sleep();
            assertThat(hub.readers()).hasSize(2);

            hub.notifyClose(source);

            for (var each : List.of(first, second)) {
              assertThatThrownBy(each::await)
                  .isExactlyInstanceOf(IOClosedException.class)
                  .hasMessageContaining("was closed while green thread '");
            }
          });
    } finally {
      EventletDebug.hubPreventMultipleReaders(true);
      EventletDebug.hubListenerStacks(false);
    }
    assertThat(t.errors()).hasSize(2);
  }

  @Test
  @Parity("EV-1.10.12")
  void aWaitThatIsRefusedLeavesNobodyBehind(TestLoop t) throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      t.run(
          () -> {
            Hub hub = Hub.current();
            assertThatThrownBy(() -> hub.awaitReadable(source))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blocking mode");
            assertThat(hub.listeners()).isEmpty();
            source.configureBlocking(false);
            sink.write(ByteBuffer.wrap(new byte[1]));
            hub.awaitReadable(source);
          });
    }
  }

  @Test
  @Parity({"EV-1.12.2", "EV-1.10.12", "EV-1.10.13"})
  void aSelectTakesNobodysPlace(TestLoop t) throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      source.configureBlocking(false);
      t.run(
          () -> {
            Hub hub = Hub.current();
            var reader = Eventlet.spawn(() -> hub.awaitReadable(source));
            Eventlet.sleep();
            assertThatThrownBy(() -> Green.select(List.of(source), List.of(), ofMillis(5)))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("second simultaneous read on ")
                .hasMessageContaining(reader.task().orElseThrow().name());
            EventletDebug.hubPreventMultipleReaders(false);
            var both = List.of(source, source);
            var selected = Eventlet.spawn(() -> Green.select(both, List.of(), null));
            Eventlet.sleep();
            assertThat(hub.readers()).hasSize(2);
            sink.write(ByteBuffer.wrap(new byte[1]));
            reader.await();
            assertThat(selected.await().reads()).containsExactly(source);
            assertThat(hub.listeners()).isEmpty();

            source.read(ByteBuffer.allocate(1));
            var closed = Eventlet.spawn(() -> Green.select(List.of(source), List.of(), null));
            Eventlet.sleep();
            hub.notifyClose(source);
            assertThatThrownBy(closed::await).isExactlyInstanceOf(IOClosedException.class);
            assertThat(hub.listeners()).isEmpty();
          });
    } finally {
      EventletDebug.hubPreventMultipleReaders(true);
    }
    assertThat(t.errors()).hasSize(1);
  }

  @Test
  @Parity("EV-1.12.2")
  void selectGivesWhatIsReady(TestLoop t) throws Exception {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      source.configureBlocking(false);
      sink.configureBlocking(false);
      t.run(
          () -> {
            var writable = Green.select(List.of(source), List.of(sink), null);
            assertThat(writable.reads()).isEmpty();
            assertThat(writable.writes()).containsExactly(sink);
            assertThat(Green.select(List.of(source), List.of(), ofMillis(3)).isEmpty()).isTrue();
            sink.write(ByteBuffer.wrap(new byte[1]));
            assertThat(Green.select(List.of(source), List.of(), null).reads())
                .containsExactly(source);
          });
    }
  }

  // ---- borders -----------------------------------------------------------------------------

  @Test
  @Parity({"EV-1.10.17", "EV-1.10.18", "EV-1.10.19", "EV-1.2.20", "EV-C76"})
  void tasksAndGreenThreadsWaitForEachOther(TestLoop t) {
    t.run(
        () -> {
          var task =
              Aio.spawn(
                  () -> {
                    Aio.sleep(ofMillis(5));
                    return "task";
                  });
          GreenThread<String> face = Eventlet.spawnForAwaitable(task);
          assertThat(face.await()).isEqualTo("task");

          var endless = Aio.spawn(() -> Aio.sleep(ofMillis(1_000_000)));
          var killed = Eventlet.spawnForAwaitable(endless);
          Eventlet.sleep();
          killed.kill();
          Eventlet.sleep();
          assertThat(endless.isCancelled()).isTrue();

          var untouched = Aio.spawn(() -> Aio.sleep(ofMillis(1_000_000)));
          Eventlet.spawnForAwaitable(untouched).kill(); // before its start
          Eventlet.sleep();
          assertThat(untouched.isCancelled()).isTrue();
          var refused = Aio.spawn(() -> Aio.sleep(ofMillis(1_000_000)));
          var broken = Eventlet.spawnForAwaitable(refused);
          Eventlet.sleep();
          broken.kill(new IllegalStateException("not an exit"));
          Eventlet.sleep();
          assertThat(refused.isCancelled()).isTrue();

          var failing =
              Eventlet.spawnForAwaitable(
                  java.util.concurrent.CompletableFuture.failedFuture(
                      new ArithmeticException("stage")));
          assertThatThrownBy(failing::await).hasMessage("stage");

          var green = Eventlet.spawn(() -> Eventlet.sleep(ofMillis(1_000_000)));
          var future = green.toFuture();
          Eventlet.sleep();
          future.cancel();
          Eventlet.sleep();
          assertThat(green.isDead()).isTrue();
        });
    t.errors();
  }
}
