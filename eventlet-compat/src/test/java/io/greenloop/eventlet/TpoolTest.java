package io.greenloop.eventlet;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TpoolTest {
  interface Library {
    String where(String name);

    Library other();

    Iterator<String> names();

    boolean isEmpty();

    void fail() throws java.io.IOException;
  }

  private static final class Plain implements Library {
    @Override
    public String where(String name) {
      return name + " on " + Thread.currentThread().getName().replaceAll("[0-9]+", "N");
    }

    @Override
    public Library other() {
      return new Plain();
    }

    @Override
    public Iterator<String> names() {
      return List.of("a", "b").iterator();
    }

    @Override
    public boolean isEmpty() {
      return !Tpool.isJob();
    }

    @Override
    public void fail() throws java.io.IOException {
      throw new java.io.IOException("no");
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Plain;
    }

    @Override
    public int hashCode() {
      return Tpool.isJob() ? -1 : 42;
    }

    @Override
    public String toString() {
      return "plain " + Tpool.isJob();
    }
  }

  @AfterEach
  void endThePool() {
    Tpool.killAll();
    Tpool.setThreads(20);
    Hub.current().close();
  }

  @Test
  @Parity({"EV-1.9.1", "EV-1.9.4", "EV-C59"})
  void aJobRunsOnAThreadAndOnlyItsCallerWaits(TestLoop t) {
    t.run(
        () -> {
          var gate = new CountDownLatch(1);
          var job =
              Eventlet.spawn(
                  () ->
                      Tpool.execute(
                          () -> {
                            gate.await();
                            return Thread.currentThread().isDaemon();
                          }));
          Eventlet.sleep();
          t.note("others run");
          gate.countDown();
          assertThat(job.await()).isTrue();
          var failure = new java.io.IOException("no");
          assertThatThrownBy(
                  () ->
                      Tpool.execute(
                          () -> {
                            throw failure;
                          }))
              .isSameAs(failure);
          Timeout over = Timeout.never();
          assertThatThrownBy(
                  () ->
                      Tpool.execute(
                          () -> {
                            throw over;
                          }))
              .isSameAs(over);
          assertThat(Tpool.<Object>execute(() -> over)).isSameAs(over);
        });
  }

  @Test
  @Parity({"EV-1.9.2", "EV-1.9.10"})
  void inAJobAnotherOneRunsRightThereAndTheLoopIsOutOfReach(TestLoop t) {
    t.run(
        () ->
            Tpool.execute(
                () -> {
                  var outer = Thread.currentThread();
                  assertThat(Tpool.execute(Thread::currentThread)).isSameAs(outer);
                  for (org.assertj.core.api.ThrowableAssert.ThrowingCallable use :
                      List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                          () -> Eventlet.spawn(() -> 1),
                          () -> Eventlet.sleep(ofMillis(1)),
                          () -> new Queue<String>().get())) {
                    assertThatThrownBy(use)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("called in a job of Tpool, on thread 'tpool-");
                  }
                  return true;
                }));
  }

  @Test
  @Parity({"EV-1.9.3", "EV-C59"})
  void theNumberOfThreadsIsSetBeforeTheFirstJob(TestLoop t) {
    assertThat(Tpool.threads()).isEqualTo(20);
    assertThatThrownBy(() -> Tpool.setThreads(-1))
        .isExactlyInstanceOf(IllegalArgumentException.class);
    Tpool.setThreads(0);
    t.run(() -> assertThat(Tpool.execute(Tpool::isJob)).isFalse());
    Tpool.setThreads(1);
    assertThat(Tpool.execute(Tpool::isJob)).isTrue(); // on a plain thread
    assertThatThrownBy(() -> Tpool.setThreads(2))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("setThreads: the pool runs with 1 threads; call killAll() first");
  }

  @Test
  @Parity({"EV-1.9.5", "EV-1.5.20", "EV-C59"})
  void aJobWhoseCallerIsGoneRunsToItsEnd(TestLoop t) {
    t.run(
        () -> {
          var gate = new CountDownLatch(1);
          var ended = new CountDownLatch(1);
          boolean inTime =
              Timeout.silent(
                  ofMillis(5),
                  () ->
                      Tpool.execute(
                          () -> {
                            gate.await();
                            ended.countDown();
                            return true;
                          }));
          assertThat(inTime).isFalse();
          gate.countDown();
          Tpool.execute(
              () -> {
                ended.await(); // was not interrupted
                return true;
              });
        });
  }

  @Test
  @Parity({"EV-1.9.6", "EV-1.9.7", "EV-1.9.8", "EV-C58"})
  void aProxyCallsOnThePool(TestLoop t) {
    t.run(
        () -> {
          Library proxy =
              Tpool.proxy(
                  Library.class,
                  new Plain(),
                  ProxyOptions.DEFAULT.withAutowrap(Library.class).withDirect("fail"));
          assertThat(proxy.where("x")).isEqualTo("x on tpool-N");
          assertThat(proxy.other().where("y")).isEqualTo("y on tpool-N");
          assertThat(proxy.isEmpty()).isTrue();
          assertThat(proxy.hashCode()).isEqualTo(42);
          assertThat(proxy).hasToString("plain false").isEqualTo(proxy);
          assertThatThrownBy(proxy::fail).isExactlyInstanceOf(java.io.IOException.class);
          var names = new ArrayList<String>();
          Library bare = Tpool.proxy(Library.class, new Plain());
          bare.names().forEachRemaining(names::add);
          assertThat(names).containsExactly("a", "b");
          assertThat(bare.other()).isExactlyInstanceOf(Plain.class);
          Library named =
              Tpool.proxy(
                  Library.class, new Plain(), ProxyOptions.DEFAULT.withAutowrapNames("other"));
          assertThat(named.other().where("z")).isEqualTo("z on tpool-N");
        });
  }

  @Test
  @RealTime
  @Parity({"EV-1.9.9", "EV-C59"})
  void endingThePoolWaitsABoundedTime(TestLoop t) {
    t.run(
        () -> {
          var gate = new CountDownLatch(1);
          var stuck =
              Eventlet.spawn(
                  () ->
                      Tpool.execute(
                          () -> {
                            gate.await();
                            return true;
                          }));
          Eventlet.sleep();
          assertThat(Tpool.killAll(ofMillis(10))).isFalse();
          gate.countDown();
          assertThat(stuck.await()).isTrue();
          assertThat(Tpool.killAll(ofSeconds(5))).isTrue();
          assertThat(Tpool.execute(() -> 1)).isEqualTo(1); // a new pool
        });
  }

  @Test
  @Parity({"EV-1.9.11", "EV-1.17.8"})
  void whatAJobThrowsIsLoggedOnDemand(TestLoop t) {
    var logger = java.util.logging.Logger.getLogger("io.greenloop");
    var heard = new ArrayList<String>();
    var handler =
        new java.util.logging.Handler() {
          @Override
          public void publish(java.util.logging.LogRecord entry) {
            heard.add(entry.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    EventletDebug.tpoolExceptions(true);
    try {
      t.run(
          () ->
              assertThatThrownBy(
                      () ->
                          Tpool.execute(
                              () -> {
                                throw new ArithmeticException("no");
                              }))
                  .isExactlyInstanceOf(ArithmeticException.class));
    } finally {
      EventletDebug.tpoolExceptions(false);
      logger.removeHandler(handler);
    }
    assertThat(heard).containsExactly("a job of Tpool threw");
  }
}
