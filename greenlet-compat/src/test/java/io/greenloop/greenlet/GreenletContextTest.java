package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.ContextVar;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.TaskContext;
import io.greenloop.coroutine.Generator;
import io.greenloop.testing.Parity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SynchronousQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Context variables: rows GL-1.8. */
class GreenletContextTest {
  private static final ContextVar<String> VAR = ContextVar.create("var", "default");

  private final Greenlet main = Greenlet.current();
  private final List<@Nullable Object> trail = new ArrayList<>();

  /** Off the loop the tests share a thread, and with it a context. */
  private static void inFreshContext(Runnable body) throws Exception {
    new TaskContext()
        .call(
            () -> {
              body.run();
              return null;
            });
  }

  @Test
  @Parity({"GL-1.8.1", "GL-C59"})
  void aNewOneSeesDefaultsNotItsCreatorsValues() throws Exception {
    inFreshContext(
        () -> {
          VAR.set("main's");

          assertThat(new Greenlet(args -> VAR.get()).switchTo()).isEqualTo("default");
          assertThat(VAR.get()).isEqualTo("main's");
        });
  }

  @Test
  @Parity({"GL-1.8.6", "GL-C59"})
  void whatItSetsStaysWithItAndDoesNotLeak() throws Exception {
    inFreshContext(
        () -> {
          Greenlet g =
              new Greenlet(
                  args -> {
                    VAR.set("inside");
                    main.switchTo();
                    return VAR.get();
                  });
          g.switchTo();

          assertThat(VAR.get()).isEqualTo("default");
          VAR.set("main's");
          assertThat(g.switchTo()).isEqualTo("inside");
        });
  }

  @Test
  @Parity({"GL-1.8.2", "GL-C62"})
  void theContextIsNullUntilAVariableIsSetAndStaysReadableAfterTheEnd() throws Exception {
    Greenlet g =
        new Greenlet(
            args -> {
              VAR.get();
              main.switchTo(Greenlet.current().getContext());
              VAR.set("set");
              trail.add(Greenlet.current().getContext());
              main.switchTo();
              return null;
            });

    assertThat(g.getContext()).isNull();
    assertThat(g.switchTo()).isNull();
    assertThat(g.getContext()).isNull();
    g.switchTo();
    TaskContext suspended = g.getContext();
    assertThat(suspended).isSameAs(trail.getFirst()).isNotNull();
    g.switchTo();
    assertThat(g.isDead()).isTrue();
    assertThat(g.getContext()).isSameAs(suspended);
    assertThat(suspended.call(VAR::get)).isEqualTo("set");
  }

  @Test
  @Parity({"GL-1.8.4", "GL-1.8.5", "GL-C60"})
  void aCopyInheritsAndTheSameContextIsShared() throws Exception {
    inFreshContext(
        () -> {
          VAR.set("request 7");
          Greenlet heir =
              new Greenlet(args -> VAR.get() + VAR.set("heir's"))
                  .withContext(TaskContext.current().copy());
          Greenlet partner =
              new Greenlet(args -> VAR.get() + VAR.set("shared"))
                  .withContext(TaskContext.current());

          assertThat(heir.switchTo()).isEqualTo("request 7request 7");
          assertThat(VAR.get()).isEqualTo("request 7");
          assertThat(partner.switchTo()).isEqualTo("request 7request 7");
          assertThat(VAR.get()).isEqualTo("shared");
        });
  }

  @Test
  @Parity("GL-C60")
  void itsBodyMayBeRunInACopy() throws Exception {
    inFreshContext(
        () -> {
          VAR.set("request 7");
          TaskContext copy = TaskContext.current().copy();

          assertThat(new Greenlet(args -> copy.call(VAR::get)).switchTo()).isEqualTo("request 7");
        });
  }

  @Test
  @Parity({"GL-1.8.3", "GL-1.8.7", "GL-C62"})
  void anAssignmentCountsAtOnceFromInsideAndOutside() throws Exception {
    var given = new TaskContext();
    given.call(() -> VAR.set("given"));
    Greenlet g =
        new Greenlet(
            args -> {
              trail.add(VAR.get());
              Greenlet.current().setContext(given);
              trail.add(VAR.get());
              main.switchTo();
              trail.add(VAR.get());
              main.switchTo();
              trail.add(VAR.get());
              Greenlet.current().setContext(null);
              trail.add(VAR.get());
              return null;
            });
    g.switchTo();
    g.setContext(null);
    g.switchTo();
    g.setContext(given);
    g.switchTo();

    assertThat(trail).containsExactly("default", "given", "default", "given", "default");
    g.setContext(given);
    assertThat(g.getContext()).isSameAs(given);
  }

  @Test
  @Parity({"GL-1.8.3", "GL-1.8.7"})
  void mainsContextIsItsHostsUntilItIsGivenAnother() {
    Aio.run(
        () -> {
          Greenlet ofTask = Greenlet.current();
          VAR.set("the task's");
          trail.add(ofTask.getContext() == TaskContext.current());
          TaskContext before = ofTask.getContext();
          ofTask.setContext(new TaskContext());
          trail.add(VAR.get());
          Greenlet child = new Greenlet(args -> ofTask.getContext() == before);
          trail.add(child.switchTo());
          ofTask.setContext(before);
          trail.add(VAR.get());
          ofTask.setContext(null);
          trail.add(VAR.get());
        });

    assertThat(trail).containsExactly(true, "default", false, "the task's", "default");
  }

  @Test
  @Parity({"GL-1.8.2", "GL-1.8.3"})
  void mainsContextEndsWithItsCallbackOrJob() {
    var given = new TaskContext();
    Aio.run(
        () -> {
          given.call(() -> VAR.set("given"));
          EventLoop loop = EventLoop.current();
          Promise<Void> done = Aio.newPromise();
          loop.callSoon(
              () -> {
                Greenlet.current().setContext(given);
                trail.add(VAR.get());
              });
          loop.callSoon(
              () -> {
                trail.add(VAR.get());
                trail.add(Greenlet.current().getContext() == given);
                done.complete(null);
              });
          done.join();
          loop.setDefaultExecutor(Executors.newFixedThreadPool(1));
          trail.add(
              Aio.toThread(
                      () -> {
                        Greenlet.current().setContext(given);
                        return VAR.get();
                      })
                  .join());
          trail.add(Aio.toThread(VAR::get).join());
        });

    assertThat(trail).containsExactly("given", "default", false, "given", "default");
  }

  @Test
  @Parity({"GL-1.8.2", "GL-1.8.7"})
  void aChildSeesAndChangesMainsContext() throws Exception {
    inFreshContext(
        () -> {
          TaskContext mains = TaskContext.current();
          var given = new TaskContext();
          Greenlet child =
              new Greenlet(
                  args -> {
                    trail.add(main.getContext() == mains);
                    trail.add(TaskContext.ofHost() == mains);
                    main.setContext(given);
                    VAR.set("the child's");
                    main.switchTo();
                    main.setContext(mains);
                    return VAR.get();
                  });
          child.switchTo();
          trail.add(TaskContext.current() == given);
          trail.add(VAR.get());
          trail.add(child.switchTo());
          trail.add(TaskContext.current() == mains);
        });

    assertThat(trail).containsExactly(true, true, true, "default", "the child's", true);
  }

  @Test
  void aGeneratorSeesTheVariablesOfWhoDrivesIt() throws Exception {
    inFreshContext(
        () -> {
          VAR.set("the driver's");
          Generator<String, Void, Void> seen =
              Generator.yielding(
                  g -> {
                    g.yieldValue(VAR.get());
                    VAR.set("the generator's");
                    g.yieldValue(VAR.get());
                  });
          trail.add(seen.next());
          trail.add(seen.next());
          trail.add(VAR.get());
          seen.close();
        });

    assertThat(trail).containsExactly("the driver's", "the generator's", "the generator's");
  }

  @Test
  @Parity({"GL-1.8.8", "GL-C61"})
  void enteredContextsNestAcrossSwitches() throws Exception {
    inFreshContext(
        () -> {
          var greenlets = new ArrayList<Greenlet>();
          for (int i = 0; i < 2; i++) {
            var own = new TaskContext();
            String mine = "own " + i;
            greenlets.add(
                new Greenlet(
                    args ->
                        own.call(
                            () -> {
                              VAR.set(mine);
                              main.switchTo();
                              return VAR.get();
                            })));
          }
          greenlets.forEach(Greenlet::switchTo);

          assertThat(greenlets.get(0).switchTo()).isEqualTo("own 0");
          assertThat(greenlets.get(1).switchTo()).isEqualTo("own 1");
          assertThat(VAR.get()).isEqualTo("default");
        });
  }

  @Test
  @Parity({"GL-1.8.8", "GL-C61"})
  void oneContextIsEnteredOnceAtATimeButMayBeAssignedToMany() {
    var context = new TaskContext();
    Greenlet inside = new Greenlet(args -> context.call(() -> main.switchTo()));
    inside.switchTo();

    assertThatThrownBy(() -> context.call(() -> null))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("call: " + context + " is entered already; enter a copy of it");
    Greenlet other = new Greenlet(args -> VAR.set("assigned")).withContext(context);
    other.switchTo();
    assertThat(other.isDead()).isTrue();
    inside.close();
    assertThat(catchThrowable(() -> context.call(() -> null))).isNull();
  }

  @Test
  @Parity({"GL-1.8.8", "GL-C61"})
  void anEnteredContextThatWasReplacedCannotBeLeft() {
    var entered = new TaskContext();
    var other = new TaskContext();
    Greenlet g =
        new Greenlet(
            args ->
                entered.call(
                    () -> {
                      Greenlet.current().setContext(other);
                      return null;
                    }));

    assertThatThrownBy(g::switchTo)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith(" was put in its place meanwhile");
    assertThat(g.isDead()).isTrue();
  }

  @Test
  @Parity({"GL-1.6.6", "GL-C63", "GL-1.8.3"})
  void theContextOfOneThatRunsElsewhereIsRefusedOfASuspendedOneNot() throws Exception {
    var made = new SynchronousQueue<List<Greenlet>>();
    var end = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .name("elsewhere")
            .daemon()
            .start(
                () -> {
                  Greenlet own = Greenlet.current();
                  Greenlet suspended = new Greenlet(args -> own.switchTo());
                  suspended.switchTo();
                  try {
                    made.put(List.of(own, suspended));
                    end.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    List<Greenlet> there = made.take();
    var given = new TaskContext();

    String text =
        ": "
            + Texts.id(there.get(0))
            + " runs in thread 'elsewhere'; its context is open to that alone, until it switches"
            + " away";
    assertThatThrownBy(() -> there.get(0).getContext())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("getContext" + text);
    assertThatThrownBy(() -> there.get(0).setContext(given))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("setContext" + text);
    there.get(1).setContext(given);
    assertThat(there.get(1).getContext()).isSameAs(given);
    end.countDown();
    thread.join();
    assertThatThrownBy(() -> there.get(0).getContext())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "getContext: "
                + Texts.id(there.get(0))
                + " is the main greenlet of thread 'elsewhere'; its context is that of its host,"
                + " and open to that alone");
  }

  @Test
  @Parity("GL-1.8.1")
  void aTaskThatAGreenletStartsCopiesTheGreenletsContext() {
    Aio.run(
        () -> {
          VAR.set("the task's");
          Greenlet g =
              new Greenlet(
                  args -> {
                    trail.add(Aio.spawn(VAR::get).join());
                    VAR.set("the greenlet's");
                    return Aio.spawn(VAR::get).join();
                  });
          trail.add(g.switchTo());
          trail.add(Aio.spawn(VAR::get).join());
        });

    assertThat(trail).containsExactly("default", "the greenlet's", "the task's");
  }

  @Test
  @Parity({"GL-1.8.1", "GL-1.8.6"})
  void inACallbackItIsTheSame() {
    Aio.run(
        () -> {
          VAR.set("the task's");
          Promise<String> done = Aio.newPromise();
          EventLoop loop = EventLoop.current();
          loop.callSoon(
              () -> {
                Greenlet hub = Greenlet.current();
                Greenlet g =
                    new Greenlet(
                        args -> {
                          trail.add(VAR.get());
                          VAR.set("the greenlet's");
                          loop.callSoon(() -> done.complete(VAR.get()));
                          hub.switchTo();
                          return VAR.get();
                        });
                g.switchTo();
                trail.add(VAR.get());
                trail.add(g.switchTo());
              });
          trail.add(done.join());
        });

    assertThat(trail).containsExactly("default", "the task's", "the greenlet's", "the greenlet's");
  }

  @Test
  @Parity("GL-1.8.8")
  void aContextIsEnteredByTasksAndThreadsToo() throws Exception {
    var context = new TaskContext();
    context.call(() -> VAR.set("entered"));

    String onLoop = Aio.run(() -> VAR.get() + ", " + context.call(VAR::get) + ", " + VAR.get());
    var thread = new FutureTask<>(() -> context.call(VAR::get) + ", " + VAR.get());
    Thread.ofVirtual().start(thread);

    assertThat(onLoop).isEqualTo("default, entered, default");
    assertThat(thread.get()).isEqualTo("entered, default");
  }
}
