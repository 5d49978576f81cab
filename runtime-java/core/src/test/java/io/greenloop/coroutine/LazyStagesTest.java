package io.greenloop.coroutine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@Parity("GEN-18")
class LazyStagesTest {
  private final List<String> trail = new ArrayList<>();

  private Generator<Integer, Void, Void> numbers() {
    return Generator.yielding(
        "numbers",
        g -> {
          try {
            for (int i = 0; ; i++) {
              trail.add("made " + i);
              g.yieldValue(i);
            }
          } finally {
            trail.add("closed");
          }
        });
  }

  @Test
  void nothingIsMadeBeforeItIsAskedFor() {
    var even = numbers().filter(n -> n % 2 == 0).map(n -> n * 10);
    assertThat(trail).isEmpty();

    assertThat(even.next()).isEqualTo(0);
    assertThat(even.next()).isEqualTo(20);

    assertThat(trail).containsExactly("made 0", "made 1", "made 2");
    even.close();
  }

  @Test
  void takeAsksForNoMoreAndClosesTheSourceAtItsEnd() {
    assertThat(numbers().take(2).stream()).containsExactly(0, 1);
    assertThat(trail).containsExactly("made 0", "made 1", "closed");
  }

  @Test
  void takeRefusesANegativeCount() {
    assertThatThrownBy(() -> numbers().take(-1))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("take: count = -1 (expected >= 0)");
  }

  @Test
  void closingAStageClosesTheWholeLine() {
    var line = numbers().map(n -> n + 1).filter(n -> n > 0).take(5);
    line.next();

    line.close();

    assertThat(trail).containsExactly("made 0", "closed");
    assertThat(line.hasNext()).isFalse();
  }

  @Test
  void closingAnUnstartedStageClosesItsSource() {
    var source = numbers();

    source.map(n -> n).close();

    assertThatObject(source).hasToString("Generator[numbers, finished]");
    assertThat(trail).isEmpty();
  }

  @Test
  void anErrorInAStageClosesTheSourceAndTravelsOn() {
    var error = new IllegalArgumentException("no");
    var line =
        numbers()
            .map(
                n -> {
                  throw error;
                });

    assertThat(catchThrowable(line::next)).isSameAs(error);
    assertThat(trail).containsExactly("made 0", "closed");
  }

  @Test
  void anErrorThrownIntoAStageClosesTheSource() {
    var line = numbers().map(n -> n);
    var error = new IOException("disk");
    line.next();

    assertThat(catchThrowable(() -> line.throwInto(error))).isSameAs(error);
    assertThat(trail).containsExactly("made 0", "closed");
  }

  @Test
  void zipEndsWithTheShorterAndClosesBoth() {
    var letters = numbers().map(n -> (char) ('a' + n));
    var pairs = Generator.from(List.of("x", "y")).zip(letters, (name, c) -> name + c);

    assertThat(pairs.stream()).containsExactly("xa", "yb");
    assertThat(trail).containsExactly("made 0", "made 1", "closed");
  }

  @Test
  void anErrorInTheCloseOfASourceTravelsOn() {
    var source = new YieldFromTest.Numbers();
    source.closeError = new IOException("flush");
    Iterable<Integer> once = () -> source;

    assertThat(catchThrowable(Generator.from(once).take(0)::hasNext)).isSameAs(source.closeError);
    assertThat(catchThrowable(Generator.from(once)::close)).isSameAs(source.closeError);
  }

  @Test
  void anErrorInTheCloseJoinsTheErrorOfTheStage() {
    var source = new YieldFromTest.Numbers();
    source.closeError = new IOException("flush");
    Iterable<Integer> once = () -> source;
    var error = new IllegalArgumentException("no");
    var line =
        Generator.from(once)
            .map(
                n -> {
                  throw error;
                });

    assertThat(catchThrowable(line::next))
        .isSameAs(error)
        .hasSuppressedException(source.closeError);
  }
}
