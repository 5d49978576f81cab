package io.greenloop.coroutine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class YieldFromTest {
  private final List<String> trail = new ArrayList<>();

  /** Yields what it is told, notes what happens to it, returns "sub done". */
  private Generator<String, String, String> sub() {
    return Generator.of(
        "sub",
        g -> {
          try {
            String got = "";
            while (!"stop".equals(got)) {
              try {
                got = g.yieldValue("<" + got + ">");
              } catch (IllegalArgumentException caught) {
                got = "caught " + caught.getMessage();
              }
            }
            return "sub done";
          } finally {
            trail.add("sub cleanup");
          }
        });
  }

  private Generator<String, String, String> outer(Generator<String, String, String> sub) {
    return Generator.of(
        "outer",
        g -> {
          try {
            String value = g.yieldFrom(sub);
            g.yieldValue("sub gave " + value);
            return "outer done";
          } finally {
            trail.add("outer cleanup");
          }
        });
  }

  @Test
  @Parity("GEN-13")
  void nextSendThrowAndTheReturnValuePassThrough() {
    try (var g = outer(sub())) {
      assertThat(g.next()).isEqualTo("<>");
      assertThat(g.send("a")).isEqualTo("<a>");
      assertThat(g.throwInto(new IllegalArgumentException("disk"))).isEqualTo("<caught disk>");
      assertThat(g.next()).isEqualTo("<null>");
      assertThat(g.send("stop")).isEqualTo("sub gave sub done");
      assertThat(trail).containsExactly("sub cleanup");
    }
  }

  @Test
  @Parity("GEN-13")
  void anErrorThatSubDoesNotCatchIsRaisedAtTheDelegation() {
    var g = outer(sub());
    var error = new IllegalStateException("no");
    g.next();

    assertThat(catchThrowable(() -> g.throwInto(error))).isSameAs(error);
    assertThat(trail).containsExactly("sub cleanup", "outer cleanup");
  }

  @Test
  @Parity("GEN-13")
  void aFinishedSubGivesNothing() {
    var sub = sub();
    sub.close();
    var g = outer(sub);

    assertThat(g.next()).isEqualTo("sub gave null");
    g.close();
  }

  @Test
  @Parity("GEN-13")
  void aStartedSubGoesOnWhereItIs() {
    var sub = sub();
    sub.next();
    assertThat(sub.hasNext()).isTrue();
    var g = outer(sub);

    assertThat(g.next()).isEqualTo("<null>");
    assertThat(g.send("b")).isEqualTo("<b>");
    g.close();
  }

  @Test
  @Parity("GEN-13")
  void delegationMayBeDeep() {
    Generator<String, String, String> g = sub();
    for (int i = 0; i < 50; i++) {
      g = outer(g);
    }
    assertThat(g.next()).isEqualTo("<>");

    assertThat(g.send("deep")).isEqualTo("<deep>");

    g.close();
    assertThat(trail).hasSize(51).startsWith("sub cleanup");
  }

  @Test
  @Parity("GEN-14")
  void plainIteratorsAndIterablesAreAccepted() {
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            y -> {
              y.yieldFrom(List.of(1, 2));
              y.yieldFrom(List.of(3).iterator());
              y.yieldFrom(Generator.from(List.of(4)));
            });

    assertThat(g.stream()).containsExactly(1, 2, 3, 4);
  }

  @Test
  @Parity("GEN-14")
  void sendingAValueToAPlainIteratorFailsAtTheDelegation() {
    Generator<Integer, String, String> g =
        Generator.of(
            "plain",
            y -> {
              try {
                y.yieldFrom(List.of(1, 2, 3));
                return "not reached";
              } catch (IllegalStateException refused) {
                return refused.getMessage();
              }
            });
    assertThat(g.next()).isEqualTo(1);
    assertThat(g.send(null)).isEqualTo(2);

    assertThatThrownBy(() -> g.send("x")).isExactlyInstanceOf(NoSuchElementException.class);
    assertThat(g.result())
        .isEqualTo(
            "send to generator 'plain': it delegates to a plain iterator, which takes no values");
  }

  @Test
  @Parity("GEN-14")
  void throwingIntoAPlainIteratorIsRaisedAtTheDelegation() {
    Iterator<Integer> plain = List.of(1, 2, 3).iterator();
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            y -> {
              try {
                y.yieldFrom(plain);
              } catch (IllegalArgumentException caught) {
                trail.add("caught");
              }
              y.yieldFrom(plain);
            });
    g.next();

    assertThat(g.throwInto(new IllegalArgumentException("disk"))).isEqualTo(2);
    assertThat(trail).containsExactly("caught");
    g.close();
  }

  @Test
  @Parity("GEN-15")
  void closingTheOuterClosesTheInnerFirst() {
    var sub = sub();
    var g = outer(sub);
    g.next();

    g.close();

    assertThat(trail).containsExactly("sub cleanup", "outer cleanup");
    assertThatObject(sub).hasToString("Generator[sub, finished]");
  }

  @Test
  @Parity("GEN-15")
  void anErrorInTheInnersCloseTravelsOn() {
    var error = new IOException("flush");
    Generator<String, String, String> sub =
        Generator.of(
            g -> {
              try {
                return g.yieldValue("first");
              } finally {
                fail(error);
              }
            });
    var g = outer(sub);
    g.next();

    assertThat(catchThrowable(g::close)).isSameAs(error);
    assertThat(trail).containsExactly("outer cleanup");
  }

  @Test
  @Parity("GEN-15")
  void aCloseablePlainIteratorIsClosed() {
    var source = new Numbers();
    Generator<Integer, Void, Void> g = Generator.yielding(y -> y.yieldFrom(source));
    g.next();

    g.close();

    assertThat(source.closed).isTrue();
  }

  @Test
  @Parity("GEN-13")
  void anErrorReachesASubThatSomebodyElseHasLookedAhead() {
    var sub = sub();
    try (var g = outer(sub)) {
      assertThat(g.next()).isEqualTo("<>");
      assertThat(sub.hasNext()).isTrue();

      assertThat(g.throwInto(new IllegalArgumentException("disk"))).isEqualTo("<caught disk>");
    }
  }

  @Test
  void aValueForASubThatSomebodyElseHasLookedAheadIsRefused() {
    try (var sub = sub();
        var g = outer(sub)) {
      g.next();
      assertThat(sub.hasNext()).isTrue();

      assertThatThrownBy(() -> g.send("a"))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessageContaining("hasNext() has run it to its next yield");
    }
  }

  @Test
  @Parity("GEN-13")
  void aSubThatSomebodyElseHasRunToItsEndGivesNothingOrTheError() {
    var ended = sub();
    var failing = sub();
    try (var goesOn = outer(ended);
        var fails = outer(failing)) {
      goesOn.next();
      fails.next();
      ended.close();
      failing.close();
      var error = new IllegalStateException("no");

      assertThat(goesOn.next()).isEqualTo("sub gave null");
      assertThat(catchThrowable(() -> fails.throwInto(error))).isSameAs(error);
    }
  }

  @Test
  @Parity("GEN-15")
  void anErrorInTheCloseOfAPlainIteratorTravelsOn() {
    var source = new Numbers();
    source.closeError = new IOException("flush");
    Generator<Integer, Void, Void> g = Generator.yielding(y -> y.yieldFrom(source));
    g.next();

    assertThat(catchThrowable(g::close)).isSameAs(source.closeError);
  }

  private static void fail(Exception error) throws Exception {
    throw error;
  }

  /** An endless plain iterator that can be closed. */
  static final class Numbers implements Iterator<Integer>, AutoCloseable {
    private int last;
    boolean closed;
    IOException closeError;

    @Override
    public boolean hasNext() {
      return true;
    }

    @Override
    public Integer next() {
      return ++last;
    }

    @Override
    public void close() throws IOException {
      closed = true;
      if (closeError != null) {
        throw closeError;
      }
    }
  }
}
