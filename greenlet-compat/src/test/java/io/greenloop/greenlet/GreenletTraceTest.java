package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tracing: rows GL-1.7. The events are those CPython's greenlet gives. */
class GreenletTraceTest {
  private final Greenlet main = Greenlet.current();
  private final List<String> events = new ArrayList<>();
  private final Map<Greenlet, String> names = new IdentityHashMap<>();
  private final IOException error = new IOException("disk");

  private final TraceFunction tracer =
      (event, origin, target) ->
          events.add(
              event
                  + " "
                  + names.get(origin)
                  + " "
                  + names.get(target)
                  + (Greenlet.current() == target ? "" : " but current is another"));

  GreenletTraceTest() {
    names.put(main, "main");
  }

  @AfterEach
  void remove() {
    Greenlet.setTrace(null);
  }

  private Greenlet named(String name, Greenlet g) {
    names.put(g, name);
    return g;
  }

  @Test
  @Parity({"GL-1.1.6", "GL-1.1.7", "GL-1.7.11", "GL-C57"})
  void setTraceGivesThePreviousOne() {
    assertThat(Greenlet.getTrace()).isNull();
    assertThat(Greenlet.setTrace(tracer)).isNull();
    assertThat(Greenlet.setTrace(tracer)).isSameAs(tracer);
    assertThat(Greenlet.getTrace()).isSameAs(tracer);
    assertThat(Greenlet.setTrace(null)).isSameAs(tracer);
    assertThat(Greenlet.getTrace()).isNull();
  }

  @Test
  @Parity("GL-1.1.6")
  void itIsPerHost() throws Exception {
    Greenlet.setTrace(tracer);
    var seen = new ArrayList<Object>();
    Thread thread =
        new Thread(
            () -> {
              seen.add(String.valueOf(Greenlet.getTrace()));
              new Greenlet(args -> null).switchTo();
            });
    thread.start();
    thread.join();

    assertThat(seen).containsExactly("null");
    assertThat(events).isEmpty();
  }

  @Test
  @Parity({"GL-1.7.1", "GL-1.7.2", "GL-1.7.4", "GL-C55"})
  void fourEventsForANormalAndAFailingChild() {
    Greenlet good = named("good", new Greenlet(args -> null));
    Greenlet bad =
        named(
            "bad",
            new Greenlet(
                args -> {
                  throw error;
                }));
    Greenlet.setTrace(tracer);

    good.switchTo();
    assertThat(catchThrowable(bad::switchTo)).isSameAs(error);

    assertThat(events)
        .containsExactly(
            "SWITCH main good", "SWITCH good main", "SWITCH main bad", "THROW bad main");
  }

  @Test
  @Parity({"GL-1.7.2", "GL-1.7.3"})
  void aThrowIsAThrowAndTheExitArrivesAsASwitch() {
    Greenlet g = named("g", new Greenlet(args -> main.switchTo()));
    g.switchTo();
    Greenlet.setTrace(tracer);

    g.throwInto();

    assertThat(events).containsExactly("THROW main g", "SWITCH g main");
  }

  @Test
  @Parity("GL-1.7.5")
  void throwingIntoANewOneIsTwoEvents() {
    Greenlet a = named("a", new Greenlet(args -> null));
    Greenlet b = named("b", new Greenlet(args -> null));
    Greenlet.setTrace(tracer);

    a.throwInto();
    assertThat(catchThrowable(() -> b.throwInto(error))).isSameAs(error);

    assertThat(events)
        .containsExactly("THROW main a", "SWITCH a main", "THROW main b", "THROW b main");
  }

  @Test
  @Parity("GL-1.7.5")
  void eachNewAncestorIsAnEventOfItsOwn() {
    Greenlet p = named("p", new Greenlet(args -> null));
    Greenlet c = named("c", new Greenlet(args -> null, p));
    Greenlet q = named("q", new Greenlet(args -> null));
    Greenlet d = named("d", new Greenlet(args -> null, q));
    Greenlet.setTrace(tracer);

    c.throwInto();
    assertThat(catchThrowable(() -> d.throwInto(error))).isSameAs(error);

    assertThat(events)
        .containsExactly(
            "THROW main c",
            "SWITCH c p",
            "SWITCH p main",
            "THROW main d",
            "THROW d q",
            "THROW q main");
  }

  @Test
  @Parity({"GL-1.7.6", "GL-1.3.12"})
  void aDeadOneOrItselfIsOneEventWithOneName() {
    Greenlet dead = new Greenlet(args -> null);
    dead.switchTo();
    Greenlet.setTrace(tracer);

    dead.switchTo(5);
    dead.throwInto();
    main.switchTo();
    assertThat(catchThrowable(() -> dead.throwInto(error))).isSameAs(error);
    assertThat(catchThrowable(() -> main.throwInto(error))).isSameAs(error);

    assertThat(events)
        .containsExactly(
            "SWITCH main main",
            "SWITCH main main",
            "SWITCH main main",
            "THROW main main",
            "THROW main main");
  }

  @Test
  @Parity({"GL-1.7.8", "GL-C56"})
  void aFailingTracerIsRemovedAndItsErrorRaisedInTheTarget() {
    var broken = new IllegalStateException("tracer");
    Greenlet fresh = new Greenlet(args -> events.add("ran"));
    Greenlet.setTrace(
        (event, origin, target) -> {
          throw broken;
        });

    assertThat(catchThrowable(fresh::switchTo)).isSameAs(broken);
    assertThat(fresh.isDead()).isTrue();
    assertThat(Greenlet.getTrace()).isNull();
    assertThat(events).isEmpty();
  }

  @Test
  @Parity("GL-1.7.8")
  void aFailingTracerReplacesTheErrorOnItsWay() {
    var broken = new IllegalStateException("tracer");
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (Exception caught) {
                return caught;
              }
            });
    g.switchTo();
    Greenlet.setTrace(
        (event, origin, target) -> {
          throw broken;
        });

    assertThat(g.throwInto(error)).isSameAs(broken);
  }

  @Test
  @Parity("GL-1.7.10")
  void aTracerMaySwitchItselfAndThatIsTracedToo() {
    Greenlet helper = named("helper", new Greenlet(args -> null));
    Greenlet g = named("g", new Greenlet(args -> "result"));
    Greenlet.setTrace(
        (event, origin, target) -> {
          tracer.trace(event, origin, target);
          if (target == g && !helper.isStarted()) {
            helper.setParent(g);
            helper.switchTo();
          }
        });

    assertThat(g.switchTo()).isEqualTo("result");
    assertThat(events)
        .startsWith("SWITCH main g", "SWITCH g helper", "SWITCH helper g")
        .endsWith("SWITCH g main");
  }

  @Test
  @Parity({"GL-1.7.10", "GL-1.7.5"})
  void aTracerMaySwitchFromANewOneThatDiesUnstarted() {
    Greenlet helper = named("helper", new Greenlet(args -> "helped"));
    Greenlet g = named("g", new Greenlet(args -> events.add("ran")));
    Greenlet.setTrace(
        (event, origin, target) -> {
          tracer.trace(event, origin, target);
          if (target == g && !helper.isStarted()) {
            helper.setParent(g);
            events.add("got " + helper.switchTo());
          }
        });

    assertThat(catchThrowable(() -> g.throwInto(error))).isSameAs(error);
    assertThat(events)
        .containsExactly(
            "THROW main g", "SWITCH g helper", "SWITCH helper g", "got helped", "THROW g main");
    assertThat(g.isDead()).isTrue();
    assertThat(g.isStarted()).isFalse();
  }

  @Test
  @Parity({"GL-1.7.10", "GL-1.7.5"})
  void aNewOneThatATracerSwitchedAwayFromDiesWhenItIsResumed() {
    Greenlet g = named("g", new Greenlet(args -> events.add("ran")));
    Greenlet.setTrace(
        (event, origin, target) -> {
          tracer.trace(event, origin, target);
          if (event == TraceEvent.THROW && target == g) {
            events.add("got " + main.switchTo("from the tracer"));
          }
        });

    assertThat(g.throwInto(error)).isEqualTo("from the tracer");
    assertThat(g.isActive()).isTrue();
    assertThat(Greenlet.suspended()).contains(g);
    assertThat(catchThrowable(() -> g.switchTo("again"))).isSameAs(error);
    assertThat(events)
        .containsExactly(
            "THROW main g", "SWITCH g main", "SWITCH main g", "got again", "THROW g main");
    assertThat(g.isDead()).isTrue();
    assertThat(Greenlet.suspended()).doesNotContain(g);
  }

  @Test
  @Parity("GL-1.7.8")
  void anExitThatATracerThrowsAtTheStartIsAValue() {
    var exit = new GreenletExit();
    Greenlet fresh = new Greenlet(args -> events.add("ran"));
    Greenlet.setTrace(
        (event, origin, target) -> {
          throw exit;
        });

    assertThat(fresh.switchTo()).isSameAs(exit);
    assertThat(fresh.isDead()).isTrue();
    assertThat(events).isEmpty();
  }

  @Test
  @Parity({"GL-1.7.7", "GL-C24"})
  void closeIsAThrowToTheVictimAndASwitchBack() {
    Greenlet g = named("g", new Greenlet(args -> main.switchTo()));
    g.switchTo();
    Greenlet closer = named("closer", new Greenlet(args -> main.switchTo()));
    closer.setRun(
        args -> {
          g.close();
          return null;
        });
    Greenlet.setTrace(tracer);

    closer.switchTo();

    assertThat(events)
        .containsExactly(
            "SWITCH main closer", "THROW closer g", "SWITCH g closer", "SWITCH closer main");
  }

  @Test
  @Parity({"GL-C39", "GL-C40"})
  void aParentOfAnotherThreadIsRefusedAlsoWhileItStarts() throws Exception {
    var made = new ArrayList<Greenlet>();
    var thread = new Thread(() -> made.add(new Greenlet(args -> null)), "elsewhere");
    thread.start();
    thread.join();
    Greenlet fresh = new Greenlet(args -> events.add("ran"));
    Greenlet.setTrace((event, origin, target) -> target.setParent(made.getFirst()));

    assertThat(catchThrowable(fresh::switchTo))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("belongs to thread 'elsewhere', this greenlet to thread '");
    assertThat(fresh.isDead()).isTrue();
    assertThat(events).isEmpty();
  }
}
