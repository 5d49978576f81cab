package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.coroutine.Generator;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Threads, Tasks and callbacks as hosts: rows GL-1.6. */
class GreenletHostTest {
  private final List<Object> trail = new ArrayList<>();

  private static String id(Greenlet g) {
    return g.getClass().getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(g));
  }

  private static <T> T onThread(String name, Callable<T> code) throws Exception {
    var task = new FutureTask<T>(code);
    Thread.ofPlatform().name(name).daemon().start(task);
    return task.get();
  }

  /** A suspended greenlet and a new one of a thread that goes on living until told. */
  private static final class Elsewhere implements AutoCloseable {
    final CountDownLatch end = new CountDownLatch(1);
    final SynchronousQueue<List<Greenlet>> made = new SynchronousQueue<>();
    final Thread thread =
        Thread.ofPlatform()
            .name("elsewhere")
            .daemon()
            .start(
                () -> {
                  try {
                    Greenlet own = Greenlet.current();
                    Greenlet suspended = new Greenlet(args -> own.switchTo());
                    suspended.switchTo();
                    made.put(List.of(own, suspended, new Greenlet(args -> null)));
                    end.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });

    @Override
    public void close() {
      end.countDown();
      while (thread.isAlive()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  @Parity({"GL-1.6.1", "GL-1.1.2"})
  void eachThreadHasAMainAndACurrentOfItsOwn() throws Exception {
    Greenlet here = Greenlet.current();
    Greenlet there = onThread("t", Greenlet::current);

    assertThat(there).isNotSameAs(here);
    assertThat(Greenlet.current()).isSameAs(here);
  }

  @Test
  @Parity({"GL-1.6.2", "GL-1.6.3", "GL-1.5.16", "GL-C19"})
  void aSwitchToAnotherThreadIsRefusedAndNamesBoth() throws Exception {
    Greenlet here = Greenlet.current();
    String caller =
        "; the caller, "
            + id(here)
            + ", runs in thread '"
            + Thread.currentThread().getName()
            + "'; a greenlet cannot switch to a different host, hand the value over in a"
            + " BlockingQueue that its thread takes from";
    try (var elsewhere = new Elsewhere()) {
      for (Greenlet g : elsewhere.made.take()) {
        assertThatThrownBy(() -> g.switchTo(1))
            .isExactlyInstanceOf(GreenletError.class)
            .hasMessage("switchTo: " + id(g) + " belongs to thread 'elsewhere'" + caller);
        assertThatThrownBy(g::throwInto)
            .isExactlyInstanceOf(GreenletError.class)
            .hasMessage("throwInto: " + id(g) + " belongs to thread 'elsewhere'" + caller);
      }
      assertThat(Greenlet.current()).isSameAs(here);
      assertThat(new Greenlet(args -> "fine").switchTo()).isEqualTo("fine");
    }
  }

  @Test
  @Parity({"GL-1.2.13", "GL-1.6.4", "GL-C38"})
  void aParentOfAnotherHostIsRefused() throws Exception {
    try (var elsewhere = new Elsewhere()) {
      Greenlet there = elsewhere.made.take().getFirst();
      Greenlet g = new Greenlet(args -> null);
      String text =
          id(there)
              + " belongs to thread 'elsewhere', this greenlet to thread '"
              + Thread.currentThread().getName()
              + "'; a parent must be of the same host";

      assertThatThrownBy(() -> g.setParent(there))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("setParent: " + text);
      assertThatThrownBy(() -> new Greenlet(args -> null, there))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("new Greenlet: " + text);
      assertThat(g.getParent()).isSameAs(Greenlet.current());
    }
  }

  @Test
  @Parity("GL-1.6.6")
  void onlyItsHostChangesAParentOrABody() throws Exception {
    try (var elsewhere = new Elsewhere()) {
      List<Greenlet> made = elsewhere.made.take();
      Greenlet suspended = made.get(1);
      Greenlet pending = made.get(2);

      assertThatThrownBy(() -> pending.setParent(suspended))
          .isExactlyInstanceOf(GreenletError.class)
          .hasMessageStartingWith("setParent: " + id(pending) + " belongs to thread 'elsewhere'");
      assertThatThrownBy(() -> pending.setRun(args -> null))
          .isExactlyInstanceOf(GreenletError.class)
          .hasMessageStartingWith("setRun: ");
      assertThatThrownBy(pending::clearRun)
          .isExactlyInstanceOf(GreenletError.class)
          .hasMessageStartingWith("clearRun: ");
      assertThat(pending.getParent()).isSameAs(made.getFirst());
    }
  }

  @Test
  @Parity({"GL-1.6.5", "GL-1.2.17", "GL-1.2.20", "GL-C27"})
  void aFinishedThreadLeavesItsGreenletsDead() throws Exception {
    List<Greenlet> made;
    try (var elsewhere = new Elsewhere()) {
      made = elsewhere.made.take();
    }
    Greenlet own = made.get(0);
    Greenlet suspended = made.get(1);

    assertThat(own.isDead() && suspended.isDead()).isTrue();
    assertThat(own.isActive() || suspended.isActive()).isFalse();
    assertThat(suspended)
        .hasToString(id(suspended) + " of thread 'elsewhere': (thread exited) dead");
    assertThatThrownBy(suspended::switchTo)
        .isExactlyInstanceOf(GreenletError.class)
        .hasMessage(
            "switchTo: "
                + id(suspended)
                + " belongs to thread 'elsewhere', which happens to have exited; the caller, "
                + id(Greenlet.current())
                + ", runs in thread '"
                + Thread.currentThread().getName()
                + "'; a greenlet cannot switch to a different host, hand the value over in a"
                + " BlockingQueue that its thread takes from");
    assertThat(catchThrowable(suspended::throwInto)).isExactlyInstanceOf(GreenletError.class);
  }

  @Test
  @Parity("GL-1.6.6")
  void stateIsReadFromAnyThread() throws Exception {
    try (var elsewhere = new Elsewhere()) {
      List<Greenlet> made = elsewhere.made.take();

      assertThat(made.get(1).isActive()).isTrue();
      assertThat(made.get(1).getParent()).isSameAs(made.get(0));
      assertThat(made.get(1).toString()).endsWith("suspended active started");
      assertThat(made.get(1).getStackTrace())
          .anyMatch(frame -> frame.getClassName().startsWith(GreenletHostTest.class.getName()));
      assertThat(made.get(2).isStarted()).isFalse();
    }
  }

  @Test
  @Parity("GL-1.6.6")
  void aStackIsReadWhileItsHostSwitchesOn() throws Exception {
    Greenlet main = Greenlet.current();
    Greenlet g =
        new Greenlet(
            args -> {
              for (; ; ) {
                main.switchTo();
              }
            });
    g.switchTo();
    var reader =
        new FutureTask<>(
            () -> {
              for (int i = 0; i < 300; i++) {
                StackTraceElement[] stack = g.getStackTrace();
                if (stack.length != 0 && !stack[0].getMethodName().startsWith("lambda$")) {
                  return "read " + stack[0];
                }
              }
              return "well";
            });
    Thread.ofPlatform().start(reader);
    while (!reader.isDone()) {
      g.switchTo();
    }

    assertThat(reader.get()).isEqualTo("well");
    g.close();
  }

  @Test
  @Parity("GL-C9")
  void foreignThreadsThatHammerOnAGreenletSeeOnlyErrors() throws Exception {
    Greenlet main = Greenlet.current();
    Greenlet g =
        new Greenlet(
            args -> {
              for (; ; ) {
                main.switchTo();
              }
            });
    g.switchTo();
    var hammers = new ArrayList<FutureTask<Integer>>();
    for (int t = 0; t < 4; t++) {
      var hammer =
          new FutureTask<>(
              () -> {
                int refused = 0;
                for (int i = 0; i < 500; i++) {
                  try {
                    g.switchTo();
                  } catch (GreenletError e) {
                    refused++;
                  }
                }
                return refused;
              });
      hammers.add(hammer);
      Thread.ofVirtual().start(hammer);
    }
    for (int i = 0; i < 2000; i++) {
      g.switchTo();
    }

    for (var hammer : hammers) {
      assertThat(hammer.get()).isEqualTo(500);
    }
    g.close();
  }

  @Test
  @Parity({"GL-1.6.8", "GL-1.6.9"})
  @FullMode("a twin has a thread of its own")
  void greenletsShareTheThreadAndItsLocals() {
    var local = new ThreadLocal<String>();
    local.set("main's");
    Thread thread = Thread.currentThread();
    Greenlet g =
        new Greenlet(
            args -> {
              trail.add(Thread.currentThread() == thread);
              trail.add(local.get());
              local.set("the greenlet's");
              return null;
            });

    g.switchTo();

    assertThat(trail).containsExactly(true, "main's");
    assertThat(local.get()).isEqualTo("the greenlet's");
  }

  @Test
  @Parity("GL-1.6.10")
  @FullMode("a twin has a thread of its own")
  void aReentrantLockIsHeldByAllGreenletsOfItsHost() {
    var lock = new ReentrantLock();
    lock.lock();

    Object holds =
        new Greenlet(
                args -> {
                  lock.lock();
                  return lock.getHoldCount();
                })
            .switchTo();

    assertThat(holds).isEqualTo(2);
  }

  @Test
  @Parity("GL-C16")
  void twoTasksWhoseGreenletsWaitDoNotDisturbEachOther() {
    Aio.run(
        () -> {
          var gates = List.of(Aio.<String>newPromise(), Aio.<String>newPromise());
          var tasks = new ArrayList<Task<Object>>();
          for (var gate : gates) {
            tasks.add(
                Aio.spawn(
                    () -> {
                      Greenlet main = Greenlet.current();
                      Greenlet waits =
                          new Greenlet(
                              args -> {
                                trail.add("waits");
                                Object got = main.switchTo(gate.join());
                                return got + " again";
                              });
                      Object first = waits.switchTo();
                      trail.add(first);
                      return waits.switchTo(first);
                    }));
          }
          Aio.yieldNow();
          gates.get(1).complete("two");
          assertThat(tasks.get(1).join()).isEqualTo("two again");
          assertThat(tasks.get(0).isDone()).isFalse();
          gates.get(0).complete("one");
          assertThat(tasks.get(0).join()).isEqualTo("one again");
        });

    assertThat(trail).containsExactly("waits", "waits", "two", "one");
  }

  @Test
  @Parity("GL-1.6.1")
  void aTaskIsAHostAndItsGreenletsMayWaitWhileOthersRun() {
    Aio.run(
        () -> {
          Promise<String> promise = Aio.newPromise();
          var task =
              Aio.spawn(
                  () -> {
                    Greenlet main = Greenlet.current();
                    Greenlet waits = new Greenlet(args -> main.switchTo(promise.join()));
                    Object first = waits.switchTo();
                    Aio.yieldNow();
                    return first + ", " + waits.switchTo("end");
                  });
          for (int i = 0; i < 2; i++) {
            Aio.yieldNow();
            trail.add("turn " + i);
          }
          promise.complete("value");
          assertThat(task.join()).isEqualTo("value, end");
        });

    assertThat(trail).containsExactly("turn 0", "turn 1");
  }

  @Test
  @Parity({"GL-1.6.2", "GL-1.6.1"})
  void aSwitchBetweenTasksIsRefusedAndNamesBoth() {
    Aio.run(
        () -> {
          var made = new ArrayList<Greenlet>();
          var owner =
              Aio.spawn(
                  TaskOptions.DEFAULT.name("owner"),
                  () -> {
                    made.add(Greenlet.current());
                    Aio.yieldNow();
                    Aio.yieldNow();
                    return null;
                  });
          var caller =
              Aio.spawn(
                  TaskOptions.DEFAULT.name("caller"),
                  () -> {
                    trail.add(id(Greenlet.current()));
                    return catchThrowable(() -> made.getFirst().switchTo());
                  });
          Throwable refused = caller.join();
          owner.join();

          assertThat(refused)
              .isExactlyInstanceOf(GreenletError.class)
              .hasMessage(
                  "switchTo: "
                      + id(made.getFirst())
                      + " belongs to task 'owner'; the caller, "
                      + trail.getFirst()
                      + ", runs in task 'caller'; a greenlet cannot switch to a different host,"
                      + " hand the value over in a Promise or Queue that its task waits for");
        });
  }

  @Test
  @Parity("GL-1.6.5")
  void aFinishedTaskLeavesItsGreenletsDead() throws Exception {
    var made = new ArrayList<Greenlet>();
    Aio.run(
        () -> {
          Greenlet main = Greenlet.current();
          Greenlet g = new Greenlet(args -> main.switchTo());
          g.switchTo();
          made.add(g);
        });

    assertThat(made.getFirst().isDead()).isTrue();
    assertThat(made.getFirst().toString()).endsWith(": (thread exited) dead");
  }

  @Test
  @Parity("GL-1.6.1")
  void callbacksAreAHostToo() {
    Aio.run(
        () -> {
          Promise<String> done = Aio.newPromise();
          EventLoop.current()
              .callSoon(
                  () -> {
                    Greenlet main = Greenlet.current();
                    Greenlet g = new Greenlet(args -> main.switchTo("in a callback"));
                    trail.add(g.switchTo());
                    trail.add(g.switchTo("out"));
                    trail.add(g.toString().replaceAll("^Greenlet@\\w+ of ", ""));
                    done.complete("done");
                  });
          done.join();
          trail.add(EventLoop.current());
        });

    String loop = trail.removeLast().toString();
    assertThat(trail)
        .containsExactly("in a callback", "out", "the callbacks of " + loop + ": dead");
  }

  @Test
  void aGreenletSwitchesOutOfAGeneratorItRuns() {
    Greenlet main = Greenlet.current();
    Generator<Object, Void, Void> numbers =
        Generator.yielding(
            g -> {
              g.yieldValue(1);
              g.yieldValue(main.switchTo("from inside the generator"));
            });
    Greenlet reader =
        new Greenlet(
            args -> {
              var seen = new ArrayList<>();
              numbers.forEachRemaining(seen::add);
              return seen;
            });

    assertThat(reader.switchTo()).isEqualTo("from inside the generator");
    assertThat(catchThrowable(numbers::next))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("generator 'GreenletHostTest' is already executing");
    assertThat(reader.switchTo(2)).isEqualTo(List.of(1, 2));
  }

  @Test
  void aGeneratorsBodyRunsGreenletsAndMayLeaveThemSuspended() {
    var suspended = new ArrayList<Greenlet>();
    Generator<Object, Void, Void> numbers =
        Generator.yielding(
            g -> {
              Greenlet main = Greenlet.current();
              Greenlet inner = new Greenlet(args -> main.switchTo("a") + "!");
              suspended.add(inner);
              g.yieldValue(inner.switchTo());
              g.yieldValue("b");
            });

    assertThat(numbers.next()).isEqualTo("a");
    assertThat(suspended.getFirst().switchTo("c")).isEqualTo("c!");
    assertThat(numbers.next()).isEqualTo("b");
    numbers.close();
  }

  @Test
  void aGeneratorCannotYieldFromAGreenletThatItsBodySwitchedTo() {
    Generator<Object, Void, Void> numbers =
        Generator.yielding(
            "numbers",
            g -> {
              Greenlet on = new Greenlet(args -> catchThrowable(() -> g.yieldValue(1)));
              g.yieldValue(((Throwable) on.switchTo()).getMessage());
            });

    assertThat(numbers.next())
        .isEqualTo(
            "generator 'numbers' cannot switch out: a greenlet that its body switched to runs on"
                + " top of it; switch back before yielding");
    numbers.close();
  }
}
