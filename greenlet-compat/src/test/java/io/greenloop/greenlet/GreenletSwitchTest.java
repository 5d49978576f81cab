package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How values pass: rows GL-1.3. */
class GreenletSwitchTest {
  private final Greenlet main = Greenlet.current();
  private final List<Object> trail = new ArrayList<>();

  /** Returns to main what arrives at its second switch. */
  private Greenlet receiver() {
    Greenlet g = new Greenlet(args -> main.switchTo());
    g.switchTo();
    return g;
  }

  @Test
  @Parity("GL-C1")
  void mainAndOneChildAlternate() {
    Greenlet g =
        new Greenlet(
            args -> {
              trail.add(1);
              main.switchTo();
              trail.add(3);
              return null;
            });
    trail.add(0);
    g.switchTo();
    trail.add(2);
    g.switchTo();
    trail.add(4);

    assertThat(trail).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  @Parity("GL-C6")
  void twoChildrenOfOneBodyKeepTheirStacks() {
    Greenlet.Body body =
        args -> {
          trail.add(args[0] + " in");
          main.switchTo();
          trail.add(args[0] + " out");
          return null;
        };
    Greenlet a = new Greenlet(body);
    Greenlet b = new Greenlet(body);
    a.switchTo("a");
    b.switchTo("b");
    b.switchTo();
    a.switchTo();

    assertThat(trail).containsExactly("a in", "b in", "b out", "a out");
    assertThat(a.isDead() && b.isDead()).isTrue();
  }

  @Test
  @Parity("GL-C7")
  void aChildStartsAGrandchild() {
    Greenlet g =
        new Greenlet(
            args -> {
              trail.add("b");
              new Greenlet(more -> trail.add("a")).switchTo();
              trail.add("c");
              return null;
            });

    g.switchTo();

    assertThat(trail).containsExactly("b", "a", "c");
  }

  @Test
  @Parity("GL-1.3.1")
  void theFirstSwitchGivesTheArgumentsOfTheBody() {
    assertThat(new Greenlet(args -> args.length).switchTo()).isEqualTo(0);
    assertThat(new Greenlet(Arrays::asList).switchTo(1, null, "x"))
        .isEqualTo(Arrays.asList(1, null, "x"));
    assertThat(new Greenlet(Arrays::asList).switchTo((Object) null))
        .isEqualTo(Arrays.asList((Object) null));
  }

  @Test
  @Parity({"GL-1.3.2", "GL-1.3.3", "GL-1.3.4"})
  void valuesArePackedByTheirNumber() {
    var pair = Tuple.of(1, 2);

    assertThat(receiver().switchTo()).isSameAs(Tuple.EMPTY);
    assertThat(receiver().switchTo("one")).isEqualTo("one");
    assertThat(receiver().switchTo((Object) null)).isNull();
    assertThat(receiver().switchTo(pair)).isSameAs(pair);
    assertThat(receiver().switchTo("one", null)).isEqualTo(Tuple.of("one", null));
  }

  @Test
  @Parity({"GL-1.3.5", "GL-1.3.6", "GL-1.3.7", "GL-C18"})
  void namedValuesArriveAsAMapOrWithThePositionalOnes() {
    var named = SwitchArgs.named(Map.of("k", 3));
    var both = SwitchArgs.of(1).and("k", null);

    assertThat(receiver().switchTo(named)).isEqualTo(Map.of("k", 3));
    assertThat(receiver().switchTo(both)).isSameAs(both);
    assertThat(receiver().switchTo(SwitchArgs.named(Map.of()))).isSameAs(Tuple.EMPTY);
    assertThat(receiver().switchTo(SwitchArgs.of("one"))).isEqualTo("one");
  }

  @Test
  @Parity({"GL-1.3.1", "GL-C17"})
  void namedValuesReachABodyThatTakesThem() {
    Greenlet g = Greenlet.ofNamed(args -> args.positional() + " " + args.named());

    assertThat(g.switchTo(SwitchArgs.of(1).and("b", 2).and("a", null)))
        .isEqualTo("(1,) {b=2, a=null}");
  }

  @Test
  @Parity("GL-1.3.1")
  void namedValuesForABodyThatTakesNoneAreAnErrorInside() {
    Greenlet parent =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (IllegalArgumentException arrived) {
                return arrived.getMessage();
              }
            });
    parent.switchTo();
    Greenlet g = new Greenlet(args -> trail.add("ran"), parent);

    assertThat(g.switchTo(SwitchArgs.of().and("k", 1)))
        .isEqualTo(
            "run of Greenlet@"
                + Integer.toHexString(System.identityHashCode(g))
                + " takes no named values: got [k]");
    assertThat(g.isDead()).isTrue();
    assertThat(trail).isEmpty();
  }

  @Test
  @Parity("GL-1.3.8")
  void aNullArrayIsOneNull() {
    assertThat(receiver().switchTo((Object[]) null)).isNull();
    assertThat(new Greenlet(args -> args.length).switchTo((Object[]) null)).isEqualTo(1);
  }

  @Test
  @Parity("GL-1.3.9")
  void anArrayIsSpreadUnlessCast() {
    String[] array = {"a", "b"};

    assertThat(receiver().switchTo((Object[]) array)).isEqualTo(Tuple.of("a", "b"));
    assertThat(receiver().switchTo((Object) array)).isSameAs(array);
  }

  @Test
  @Parity("GL-1.3.10")
  void aSwitchReturnsWhatAnybodySendsNext() {
    Greenlet b = new Greenlet(args -> main.switchTo("from b"));
    Greenlet a = new Greenlet(args -> b.switchTo());

    assertThat(a.switchFor(String.class)).isEqualTo("from b");
    a.close();
    b.close();
  }

  @Test
  @Parity("GL-1.3.11")
  void aMiddleOneMayBeResumedWhileItsChildIsSuspended() {
    var inner = new ArrayList<Greenlet>();
    Greenlet middle =
        new Greenlet(
            args -> {
              Greenlet child = new Greenlet(more -> main.switchTo("child waits"));
              inner.add(child);
              Object got = child.switchTo();
              return "middle got " + got;
            });

    assertThat(middle.switchTo()).isEqualTo("child waits");
    assertThat(middle.switchTo("x")).isEqualTo("middle got x");
    assertThat(inner.getFirst().isActive()).isTrue();
    assertThat(inner.getFirst().switchTo("late")).isEqualTo("late");
  }

  @Test
  @Parity("GL-1.3.12")
  void aSwitchToItselfReturnsItsValues() {
    assertThat(main.switchTo(7)).isEqualTo(7);
    assertThat(main.switchTo()).isSameAs(Tuple.EMPTY);
    assertThat(main.switchTo(1, 2)).isEqualTo(Tuple.of(1, 2));
    Greenlet g = new Greenlet(args -> Greenlet.current().switchTo("self"));
    assertThat(g.switchTo()).isEqualTo("self");
  }

  @Test
  @Parity("GL-1.3.13")
  void aSwitchToADeadOneGoesToItsFirstLivingAncestor() {
    Greenlet dead = new Greenlet(args -> null);
    dead.switchTo();

    assertThat(dead.switchTo(9)).isEqualTo(9);
    assertThat(dead.switchTo()).isSameAs(Tuple.EMPTY);
    assertThat(dead.switchTo(SwitchArgs.of().and("x", 1))).isEqualTo(Map.of("x", 1));
    Greenlet above = receiver();
    dead.setParent(above);
    Greenlet deader = new Greenlet(args -> null);
    deader.switchTo();
    deader.setParent(dead);
    assertThat(deader.switchTo("up")).isEqualTo("up");
    assertThat(above.isDead()).isTrue();
  }

  @Test
  @Parity({"GL-1.3.14", "GL-C35"})
  void aDeadOneStartsItsNewAncestorWithTheValues() {
    Greenlet dead = new Greenlet(args -> null);
    dead.switchTo();
    dead.setParent(Greenlet.ofNamed(args -> args.positional() + " " + args.named()));

    assertThat(dead.switchTo(SwitchArgs.of(1, 2).and("k", 3))).isEqualTo("(1, 2) {k=3}");
  }

  @Test
  @Parity({"GL-1.3.14", "GL-C34"})
  void aDeadOneUnderAnAncestorWithoutABodyIsRefusedEachTime() {
    Greenlet dead = new Greenlet(args -> trail.add("ran"));
    dead.switchTo();
    Greenlet bodyless = new Greenlet();
    dead.setParent(bodyless);

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> dead.switchTo(1))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith(" has no run: give it a body, or override run");
    }
    assertThat(trail).containsExactly("ran");
  }

  @Test
  @Parity("GL-1.3.15")
  void aSwitchIsAHandOverAndGoesThroughNoQueue() {
    Greenlet b =
        new Greenlet(
            args -> {
              trail.add("b");
              return null;
            });
    Greenlet a =
        new Greenlet(
            args -> {
              trail.add("a before");
              b.switchTo();
              trail.add("never, for b ends in main");
              return null;
            });

    a.switchTo();
    trail.add("main");

    assertThat(trail).containsExactly("a before", "b", "main");
    a.close();
  }

  @Test
  @Parity({"GL-1.3.16", "GL-C30", "GL-C48"})
  void aSwitchInsideTheTracerKeepsTheValuesOnTheirWay() {
    Greenlet other = receiver();
    Greenlet g = receiver();
    Greenlet.setTrace(
        (event, origin, target) -> {
          if (target == main && other.isActive()) {
            trail.add(other.switchTo("inner"));
          }
        });
    Object result;
    try {
      result = g.switchTo("outer");
    } finally {
      Greenlet.setTrace(null);
    }

    assertThat(result).isEqualTo("outer");
    assertThat(trail).containsExactly("inner");
  }

  @Test
  @Parity({"GL-1.3.17", "GL-C20"})
  void anErrorBeingHandledStaysWhereItIs() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                throw new IllegalArgumentException("mine");
              } catch (IllegalArgumentException handled) {
                main.switchTo();
                return handled.getMessage();
              }
            });
    g.switchTo();

    assertThat(catchThrowable(main::switchTo)).isNull();
    assertThat(g.switchTo()).isEqualTo("mine");
  }

  @Test
  @Parity("GL-C69")
  void siblingsSwitchWithoutGrowingAStack() {
    int rounds = 20_000;
    var peers = new Greenlet[2];
    Greenlet.Body body =
        args -> {
          Object got = args[0];
          while ((Integer) got < rounds) {
            Greenlet peer = Greenlet.current() == peers[0] ? peers[1] : peers[0];
            got = peer.switchTo((Integer) got + 1);
          }
          return got;
        };
    peers[0] = new Greenlet(body);
    peers[1] = new Greenlet(body);

    assertThat(peers[0].switchTo(0)).isEqualTo(rounds);
    peers[0].close();
    peers[1].close();
  }

  @Test
  @Parity("GL-C8")
  void tenThreadsRunTheirGreenletsApart() throws Exception {
    var threads = new ArrayList<Thread>();
    var results = new HashMap<Integer, @Nullable Object>();
    for (int i = 0; i < 10; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                Greenlet own = Greenlet.current();
                Greenlet g = new Greenlet(args -> "got " + own.switchTo("ready " + args[0]));
                Object first = g.switchTo(number);
                Object last = g.switchTo(number * 2);
                synchronized (results) {
                  results.put(number, first + ", " + last);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    for (int i = 0; i < 10; i++) {
      assertThat(results).containsEntry(i, "ready " + i + ", got " + i * 2);
    }
  }

  // ------------------------------------------------------------------ pinned

  private static final ThreadLocal<Runnable> AT_INIT = new ThreadLocal<>();

  static final class Pinning {
    static final int TOUCHED = touched();

    private static int touched() {
      AT_INIT.get().run();
      return 1;
    }
  }

  @Test
  @Parity("GL-1.13.1")
  @FullMode("the twin's thread is never pinned")
  void aSwitchOutOfAClassInitialiserIsRefusedAndNothingHasHappened() {
    var fresh = new Greenlet(args -> "fresh ran");
    Greenlet g =
        new Greenlet(
            args -> {
              AT_INIT.set(
                  () -> {
                    trail.add(catchThrowable(() -> main.switchTo("lost")).getMessage());
                    trail.add(catchThrowable(fresh::switchTo).getMessage());
                  });
              return Pinning.TOUCHED;
            });

    assertThat(g.switchTo()).isEqualTo(1);
    assertThat(trail)
        .hasSize(2)
        .allMatch(
            text ->
                text.toString()
                    .matches(
                        "greenlet Greenlet@[0-9a-f]+ cannot switch out: pinned by class initialiser"
                            + " io\\.greenloop\\.greenlet\\.GreenletSwitchTest\\$Pinning\\.<clinit>"
                            + "\\(GreenletSwitchTest\\.java:\\d+\\); move the call out of it"));
    assertThat(fresh.isStarted()).isFalse();
    assertThat(fresh.switchTo()).isEqualTo("fresh ran");
  }
}
