package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.lang.ref.WeakReference;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Construction and attributes: rows GL-1.1 and GL-1.2. */
class GreenletApiTest {
  private final List<Object> trail = new ArrayList<>();

  private final Greenlet main = Greenlet.current();

  /** Suspends at once in its parent, then returns what it is sent. */
  private static Greenlet waiting() {
    Greenlet g = new Greenlet(args -> Greenlet.current().getParent().switchTo("ready"));
    g.switchTo();
    return g;
  }

  private static String id(Greenlet g) {
    return g.getClass().getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(g));
  }

  @Test
  @Parity({"GL-1.1.1", "GL-C46"})
  void mainIsAnInstanceOfTheVerySameClass() {
    assertThat(main.getClass()).isEqualTo(Greenlet.class);
    assertThat(Modifier.isFinal(Greenlet.class.getModifiers())).isFalse();
  }

  @Test
  @Parity("GL-1.1.2")
  void currentIsNeverNullAndMadeLazilyOnAnyThread() throws Exception {
    var seen = new ArrayList<@Nullable Greenlet>();
    Thread thread =
        new Thread(
            () -> {
              seen.add(Greenlet.current());
              seen.add(Greenlet.current());
            });
    thread.start();
    thread.join();

    assertThat(seen.get(0)).isNotNull().isSameAs(seen.get(1)).isNotSameAs(main);
  }

  @Test
  @Parity("GL-1.1.4")
  void theExitLiesOutsideExceptionAndMayBeSubclassed() {
    assertThat(new GreenletExit()).isInstanceOf(Error.class);
    assertThat(Modifier.isFinal(GreenletExit.class.getModifiers())).isFalse();
    assertThat(new GreenletExit("why")).hasMessage("why");
  }

  @Test
  @Parity("GL-1.1.5")
  void theErrorIsAnOrdinaryException() {
    assertThat(new GreenletError("no")).isInstanceOf(RuntimeException.class);
  }

  @Test
  @Parity({"GL-1.2.1", "GL-C4"})
  void creatingRunsNothingAndTheParentIsTheCreator() {
    Greenlet g = new Greenlet(args -> trail.add("ran"));

    assertThat(trail).isEmpty();
    assertThat(g.getParent()).isSameAs(main);
    assertThat(new Greenlet(args -> null, null).getParent()).isSameAs(main);
    assertThat(new Greenlet(args -> null, g).getParent()).isSameAs(g);
    Greenlet inner = (Greenlet) new Greenlet(args -> new Greenlet(more -> null)).switchTo();
    assertThat(inner.getParent().isDead()).isTrue();
  }

  @Test
  @Parity({"GL-1.2.3", "GL-C2", "GL-C3", "GL-1.5.12"})
  void oneWithoutABodyRefusesASwitchAndStaysNew() {
    Greenlet g = new Greenlet();

    assertThatThrownBy(g::switchTo)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("switchTo: " + id(g) + " has no run: give it a body, or override run");
    assertThatThrownBy(g::throwInto)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("throwInto: " + id(g) + " has no run: give it a body, or override run");
    assertThatThrownBy(() -> g.throwInto(new IllegalArgumentException("x")))
        .isExactlyInstanceOf(IllegalStateException.class);
    assertThat(g.isDead()).isFalse();
    assertThat(g.isStarted()).isFalse();
    g.setRun(args -> args[0]);
    assertThat(g.switchTo(5)).isEqualTo(5);
  }

  /** A body by subclass, as a port writes it. */
  static class Adder extends Greenlet {
    @Override
    protected @Nullable Object run(@Nullable Object... args) {
      return (Integer) args[0] + (Integer) args[1];
    }
  }

  @Test
  @Parity({"GL-1.2.6", "GL-1.11.1"})
  void aSubclassGivesABodyAndItsParentIsTheCreator() {
    Greenlet g = new Adder();

    assertThat(g.getParent()).isSameAs(main);
    assertThat(g.switchTo(2, 3)).isEqualTo(5);
  }

  @Test
  @Parity({"GL-1.2.15", "GL-1.2.16"})
  void aGivenBodyShadowsTheClassAndMayBeTakenBack() {
    Greenlet g = new Adder();
    g.setRun(args -> "given");
    g.clearRun();

    assertThat(g.switchTo(2, 3)).isEqualTo(5);

    Greenlet shadowed = new Adder();
    shadowed.setRun(args -> "given");
    assertThat(shadowed.switchTo(2, 3)).isEqualTo("given");
  }

  @Test
  @Parity({"GL-1.2.15", "GL-1.2.16"})
  void theBodyIsFixedOnceItStarted() {
    Greenlet g = waiting();

    assertThatThrownBy(() -> g.setRun(args -> null))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("setRun: " + id(g) + " has started already");
    assertThatThrownBy(g::clearRun)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("clearRun: " + id(g) + " has started already");
    g.close();
    assertThatThrownBy(() -> g.setRun(args -> null))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("setRun: " + id(g) + " is dead");
    Greenlet bare = new Adder();
    assertThatThrownBy(bare::clearRun)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("clearRun: " + id(bare) + " was given no body");
  }

  @Test
  @Parity({"GL-1.2.14", "GL-C22", "GL-C47"})
  void theBodyIsTakenOutBeforeItRuns() {
    Greenlet g = new Greenlet(args -> catchThrowable(Greenlet.current()::clearRun).getMessage());

    assertThat(g.switchTo()).isEqualTo("clearRun: " + id(g) + " has started already");
    assertThatThrownBy(() -> main.clearRun())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("clearRun: " + id(main) + " has started already");
  }

  @Test
  @Parity({"GL-1.2.7", "GL-C42"})
  void mainHasNoParentAndADeadOneKeepsIts() {
    Greenlet g = new Greenlet(args -> null);
    g.switchTo();

    assertThat(main.getParent()).isNull();
    assertThat(g.isDead()).isTrue();
    assertThat(g.getParent()).isSameAs(main);
  }

  @Test
  @Parity("GL-1.2.8")
  void theParentMayBeSetAtAnyTimeAndCountsAtTheEnd() {
    Greenlet sink = new Greenlet(args -> "sink got " + main.switchTo("sink ready"));
    sink.switchTo();
    Greenlet g = waiting();

    g.setParent(sink);

    assertThat(g.switchTo("result")).isEqualTo("sink got result");
    g.setParent(main);
    assertThat(g.getParent()).isSameAs(main);
  }

  @Test
  @Parity({"GL-1.2.9", "GL-C44"})
  void aCycleOfParentsIsRefused() {
    Greenlet a = new Greenlet(args -> null);
    Greenlet b = new Greenlet(args -> null, a);
    Greenlet c = new Greenlet(args -> null, b);

    for (Greenlet below : List.of(a, b, c)) {
      assertThatThrownBy(() -> a.setParent(below))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("cyclic parent chain");
    }
    assertThat(a.getParent()).isSameAs(main);
  }

  @Test
  @Parity("GL-1.2.10")
  void noParentAtAllIsRefused() {
    Greenlet g = new Greenlet(args -> null);

    assertThatThrownBy(() -> g.setParent(null)).isExactlyInstanceOf(NullPointerException.class);
    assertThat(g.getParent()).isSameAs(main);
  }

  @Test
  @Parity({"GL-1.2.12", "GL-C44"})
  void mainCannotHaveAParent() {
    assertThatThrownBy(() -> main.setParent(main))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("setParent: the main greenlet of a host has no parent");
  }

  @Test
  @Parity({"GL-1.2.17", "GL-1.2.18", "GL-1.2.19"})
  void deadActiveAndStartedAreThreeFlags() {
    Greenlet fresh = new Greenlet(args -> null);
    Greenlet suspended = waiting();
    Greenlet killed = new Greenlet(args -> null);
    killed.throwInto();
    Greenlet ended = new Greenlet(args -> null);
    ended.switchTo();

    assertThat(flags(fresh)).isEqualTo("");
    assertThat(flags(suspended)).isEqualTo("started active");
    assertThat(flags(killed)).isEqualTo("dead");
    assertThat(flags(ended)).isEqualTo("started dead");
    assertThat(flags(main)).isEqualTo("started active");
    Greenlet asks = new Greenlet(args -> flags(Greenlet.current()));
    assertThat(asks.switchTo()).isEqualTo("started active");
    suspended.close();
  }

  private static String flags(Greenlet g) {
    return ((g.isStarted() ? "started " : "")
            + (g.isActive() ? "active " : "")
            + (g.isDead() ? "dead" : ""))
        .strip();
  }

  @Test
  @Parity({"GL-1.2.20", "GL-C45"})
  void itsTextEndsWithTheWordsForItsState() {
    String host = " of thread '" + Thread.currentThread().getName() + "': ";
    Greenlet g = new Greenlet(args -> main.switchTo(Greenlet.current().toString()));

    assertThat(main).hasToString(id(main) + host + "current active started main");
    assertThat(g).hasToString(id(g) + host + "pending");
    assertThat(g.switchTo()).isEqualTo(id(g) + host + "current active started");
    assertThat(g).hasToString(id(g) + host + "suspended active started");
    g.switchTo();
    assertThat(g).hasToString(id(g) + host + "dead");
  }

  @Test
  @Parity("GL-1.2.20")
  void mainIsSuspendedWhileAnotherRuns() {
    Greenlet g = new Greenlet(args -> main.toString());

    assertThat((String) g.switchTo()).endsWith(": suspended active started main");
  }

  @Test
  @Parity({"GL-1.2.21", "GL-C21"})
  void fieldsSetFromInsideAreSeenOutside() {
    class Counter extends Greenlet {
      int count;

      @Override
      protected @Nullable Object run(@Nullable Object... args) {
        count = 3;
        return null;
      }
    }
    var counter = new Counter();

    counter.switchTo();

    assertThat(counter.count).isEqualTo(3);
  }

  @Test
  @Parity({"GL-1.2.22", "GL-C67", "GL-C71"})
  void newAndDeadOnesAreFreedWithTheirLastReference() {
    var references = new ArrayList<WeakReference<Greenlet>>();
    dropOnesOfEachKind(references);

    for (var reference : references) {
      while (reference.get() != null) {
        System.gc();
      }
    }
  }

  private static void dropOnesOfEachKind(List<WeakReference<Greenlet>> references) {
    references.add(new WeakReference<>(new Greenlet(args -> null)));
    Greenlet dead = new Greenlet(args -> null);
    dead.switchTo();
    references.add(new WeakReference<>(dead));
  }

  @Test
  @Parity({"GL-1.2.23", "GL-1.2.24", "GL-C23"})
  void itIsNeitherCopiedNorSerializedAndComparesByIdentity() throws Exception {
    assertThat(Cloneable.class.isAssignableFrom(Greenlet.class)).isFalse();
    assertThat(java.io.Serializable.class.isAssignableFrom(Greenlet.class)).isFalse();
    assertThat(Greenlet.class.getMethod("equals", Object.class).getDeclaringClass())
        .isEqualTo(Object.class);
  }

  @Test
  @Parity({"GL-1.10.7", "GL-1.10.8"})
  void closeEndsItByTheExitAndIsIdempotent() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return Greenlet.current().getParent().switchTo();
              } finally {
                trail.add("cleanup");
              }
            });
    g.switchTo();

    g.close();
    g.close();
    new Greenlet(args -> trail.add("ran")).close();

    assertThat(g.isDead()).isTrue();
    assertThat(trail).containsExactly("cleanup");
  }

  @Test
  @Parity("GL-1.10.2")
  void closeComesBackToTheCloserWhateverTheParent() {
    Greenlet elsewhere = new Greenlet(args -> trail.add("parent ran"));
    Greenlet g = new Greenlet(args -> main.switchTo(), elsewhere);
    g.switchTo();

    g.close();

    assertThat(trail).isEmpty();
    assertThat(g.isDead()).isTrue();
  }

  @Test
  @Parity({"GL-1.10.3", "GL-C24"})
  void oneThatIgnoresTheExitIsReportedByClose() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (GreenletExit ignored) {
                return main.switchTo("still here");
              }
            });
    g.switchTo();

    assertThatThrownBy(g::close)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("close: " + id(g) + " ignored GreenletExit");
    assertThat(g.getParent()).isSameAs(main);
    g.close();
    assertThat(g.isDead()).isTrue();
  }

  @Test
  @Parity("GL-1.10.5")
  void oneThatCatchesTheExitAndIsKeptGoesOn() {
    var kept = new ArrayList<Greenlet>();
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (GreenletExit ignored) {
                kept.add(Greenlet.current());
                return "usable, " + main.switchTo();
              }
            });
    g.switchTo();
    assertThat(catchThrowable(g::close)).isInstanceOf(IllegalStateException.class);

    assertThat(kept.getFirst().switchTo("again")).isEqualTo("usable, again");
  }

  @Test
  void theCurrentOneCannotBeClosed() {
    assertThatThrownBy(() -> main.close())
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("close: " + id(main) + " runs; it ends by itself");
  }
}
