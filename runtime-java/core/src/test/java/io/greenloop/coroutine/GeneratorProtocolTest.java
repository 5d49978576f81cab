package io.greenloop.coroutine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GeneratorProtocolTest {
  private final List<String> trail = new ArrayList<>();

  private Generator<Integer, String, String> echo() {
    return Generator.of(
        "echo",
        g -> {
          trail.add("start");
          try {
            trail.add("got " + g.yieldValue(1));
            trail.add("got " + g.yieldValue(2));
          } finally {
            trail.add("cleanup");
          }
          return "result";
        });
  }

  @Test
  @Parity("GEN-1")
  void nothingRunsBeforeTheFirstNext() {
    try (var g = echo()) {
      assertThat(trail).isEmpty();

      g.next();

      assertThat(trail).containsExactly("start");
    }
  }

  @Test
  @Parity("GEN-2")
  void nextRunsToTheNextYield() {
    try (var g = echo()) {
      assertThat(g.next()).isEqualTo(1);
      assertThat(g.next()).isEqualTo(2);
      assertThat(trail).containsExactly("start", "got null");
    }
  }

  @Test
  @Parity("GEN-2")
  void forEachAndStreamDrainIt() {
    var seen = new ArrayList<Integer>();
    for (int value : echo()) {
      seen.add(value);
    }

    assertThat(seen).containsExactly(1, 2);
    assertThat(echo().stream().map(value -> value * 10)).containsExactly(10, 20);
  }

  @Test
  @Parity("GEN-2")
  void itIsIterableOnce() {
    try (var g = echo()) {
      assertThat(g.iterator()).isSameAs(g);
      assertThatThrownBy(g::iterator)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(
              "iterator of generator 'echo': a generator has one pass, and it was asked for"
                  + " before");
    }
  }

  @Test
  @Parity("GEN-2")
  void aClosedStreamClosesIt() {
    var g = echo();

    try (var values = g.stream()) {
      assertThat(values.findFirst()).contains(1);
    }

    assertThatObject(g).hasToString("Generator[echo, finished]");
    assertThat(trail).endsWith("cleanup");
  }

  @Test
  @Parity("GEN-3")
  void sendIsTheResultOfTheSuspendedYield() {
    try (var g = echo()) {
      g.next();

      assertThat(g.send("a")).isEqualTo(2);
      assertThat(trail).containsExactly("start", "got a");
    }
  }

  @Test
  @Parity("GEN-3")
  void sendAfterHasNextIsRefusedBecauseItsYieldIsGone() {
    try (var g = echo()) {
      assertThat(g.hasNext()).isTrue();

      assertThatThrownBy(() -> g.send("late"))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(
              "send to generator 'echo': hasNext() has run it to its next yield;"
                  + " take that value with next() first");
      assertThat(g.next()).isEqualTo(1);
      assertThat(g.send("now")).isEqualTo(2);
    }
  }

  @Test
  @Parity("GEN-4")
  void sendToAnUnstartedOneIsRefusedUnlessNull() {
    try (var g = echo()) {
      assertThatThrownBy(() -> g.send("early"))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(
              "send to generator 'echo': a just-started generator takes only null;"
                  + " call next() first");
      assertThatObject(g).hasToString("Generator[echo, unstarted]");
      assertThat(g.send(null)).isEqualTo(1);
    }
  }

  @Test
  @Parity("GEN-5")
  void theEndIsNoSuchElementAndTheResultIsKept() {
    var g = echo();
    g.next();
    g.next();

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(g::next)
          .isExactlyInstanceOf(NoSuchElementException.class)
          .hasMessage("generator 'echo' has ended");
    }
    assertThat(g.hasNext()).isFalse();
    assertThat(g.result()).isEqualTo("result");
    assertThat(trail).containsExactly("start", "got null", "got null", "cleanup");
  }

  @Test
  @Parity("GEN-5")
  void theResultIsRefusedBeforeTheEnd() {
    try (var g = echo()) {
      g.next();

      assertThatThrownBy(g::result)
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage("result of generator 'echo': it has not finished, it is suspended");
    }
  }

  @Test
  @Parity("GEN-5")
  void hasNextKeepsTheValueForNext() {
    try (var g = echo()) {
      assertThat(g.hasNext()).isTrue();
      assertThat(g.hasNext()).isTrue();
      assertThat(g.next()).isEqualTo(1);
      assertThat(g.next()).isEqualTo(2);
      assertThat(g.hasNext()).isFalse();
    }
  }

  @Test
  @Parity("GEN-6")
  void noSuchElementFromTheBodyDoesNotLookLikeTheEnd() {
    Generator<Integer, Void, Void> g =
        Generator.yielding("bad", y -> List.<Integer>of().iterator().next());

    assertThatThrownBy(g::next)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("generator 'bad' raised NoSuchElementException")
        .hasCauseExactlyInstanceOf(NoSuchElementException.class);
    assertThatThrownBy(g::next).isExactlyInstanceOf(NoSuchElementException.class);
  }

  @Test
  @Parity("GEN-7")
  void throwIntoIsRaisedAtTheYieldAndMayBeCaught() {
    Generator<String, Void, Void> g =
        Generator.yielding(
            y -> {
              try {
                y.yieldValue("first");
              } catch (IllegalArgumentException caught) {
                y.yieldValue("caught " + caught.getMessage());
              }
            });
    g.next();

    assertThat(g.throwInto(new IllegalArgumentException("disk"))).isEqualTo("caught disk");
    assertThat(g.hasNext()).isFalse();
  }

  @Test
  @Parity("GEN-7")
  void throwIntoUncaughtLeavesTheCallAndFinishes() {
    var g = echo();
    var error = new IOException("disk");
    g.next();

    assertThat(catchThrowable(() -> g.throwInto(error))).isSameAs(error);
    assertThatObject(g).hasToString("Generator[echo, finished]");
    assertThat(trail).containsExactly("start", "cleanup");
    assertThatThrownBy(g::result)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("result of generator 'echo': it ended with an error")
        .hasCause(error);
  }

  @Test
  @Parity("GEN-7")
  void throwIntoThatEndsTheBodyIsTheEnd() {
    Generator<String, Void, String> g =
        Generator.of(
            y -> {
              try {
                y.yieldValue("first");
              } catch (IllegalArgumentException caught) {
                return "over";
              }
              return "not reached";
            });
    g.next();

    assertThatThrownBy(() -> g.throwInto(new IllegalArgumentException("disk")))
        .isExactlyInstanceOf(NoSuchElementException.class);
    assertThat(g.result()).isEqualTo("over");
  }

  @Test
  @Parity("GEN-7")
  void throwIntoAFinishedOneRaisesTheError() {
    var g = echo();
    g.close();
    var error = new IOException("disk");

    assertThat(catchThrowable(() -> g.throwInto(error))).isSameAs(error);
  }

  @Test
  @Parity("GEN-8")
  void throwIntoAnUnstartedOneNeverRunsTheBody() {
    var g = echo();
    var error = new IOException("disk");

    assertThat(catchThrowable(() -> g.throwInto(error))).isSameAs(error);
    assertThatObject(g).hasToString("Generator[echo, finished]");
    assertThat(g.hasNext()).isFalse();
    assertThat(trail).isEmpty();
  }

  @Test
  @Parity("GEN-9")
  void closeRunsFinallyBlocksAndIsIdempotent() {
    var g = echo();
    g.next();

    g.close();
    g.close();

    assertThat(trail).containsExactly("start", "cleanup");
    assertThat(g.hasNext()).isFalse();
  }

  @Test
  @Parity("GEN-9")
  void closeOfAnUnstartedOneRunsNothing() {
    var g = echo();

    g.close();

    assertThat(trail).isEmpty();
    assertThatObject(g).hasToString("Generator[echo, finished]");
  }

  @Test
  @Parity("GEN-9")
  void theExitSignalIsNoException() {
    var caught = new AtomicReference<@Nullable Throwable>();
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            y -> {
              try {
                y.yieldValue(1);
              } catch (Exception broad) {
                caught.set(broad);
              } catch (GeneratorExit exit) {
                trail.add("exit");
                throw exit;
              }
            });
    g.next();

    g.close();

    assertThat(caught.get()).isNull();
    assertThat(trail).containsExactly("exit");
  }

  @Test
  @Parity("GEN-9")
  void anErrorWhileClosingLeavesClose() {
    var error = new IOException("flush");
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            y -> {
              try {
                y.yieldValue(1);
              } finally {
                fail(error);
              }
            });
    g.next();

    assertThat(catchThrowable(g::close)).isSameAs(error);
  }

  private static void fail(Exception error) throws Exception {
    throw error;
  }

  @Test
  @Parity("GEN-10")
  void yieldingAfterTheExitSignalIsRefused() {
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            y -> {
              try {
                y.yieldValue(1);
              } catch (GeneratorExit ignored) {
                y.yieldValue(2);
              }
            });
    g.next();

    assertThatThrownBy(g::close)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage("generator ignored close");
    assertThat(g.toString()).endsWith("suspended]");
    g.close();
    assertThat(g.toString()).endsWith("finished]");
  }

  @Test
  @Parity("GEN-11")
  void closeGivesWhatTheBodyReturnedMeanwhile() {
    Generator<Integer, Void, String> g =
        Generator.of(
            y -> {
              try {
                y.yieldValue(1);
                return "drained";
              } catch (GeneratorExit exit) {
                return "closed";
              }
            });
    g.next();

    assertThat(g.closeAndGet()).isEqualTo("closed");
    assertThat(g.result()).isEqualTo("closed");
    assertThat(g.closeAndGet()).isNull();
    assertThat(echo().closeAndGet()).isNull();
  }

  @Test
  @Parity("GEN-12")
  void reentranceIsRefusedByName() {
    var self = new AtomicReference<@Nullable Generator<Integer, Void, Void>>();
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            "loop",
            y -> {
              var own = self.get();
              for (Runnable step : List.<Runnable>of(own::next, own::hasNext, own::close)) {
                trail.add(catchThrowable(step::run).getMessage());
              }
              trail.add(own.toString());
            });
    self.set(g);

    assertThat(g.hasNext()).isFalse();
    assertThat(trail)
        .containsExactly(
            "generator 'loop' is already executing",
            "generator 'loop' is already executing",
            "generator 'loop' is already executing",
            "Generator[loop, running]");
  }

  @Test
  @Parity("GEN-16")
  void anErrorInTheBodyLeavesTheStepAsTheSameObject() {
    var error = new IOException("disk");
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            y -> {
              y.yieldValue(1);
              fail(error);
            });
    g.next();

    assertThat(catchThrowable(g::next)).isSameAs(error);
    assertThat(g.hasNext()).isFalse();
    assertThat(error.getStackTrace()[0].getMethodName()).contains("Leaves");
  }

  @Test
  @Parity("GEN-20")
  void returnValueEndsItFromAnyDepth() {
    Generator<Integer, Void, String> g =
        Generator.of(
            y -> {
              try {
                y.yieldValue(1);
                return deep(3);
              } finally {
                trail.add("cleanup");
              }
            });
    g.next();

    assertThat(g.hasNext()).isFalse();
    assertThat(g.result()).isEqualTo("found");
    assertThat(trail).containsExactly("cleanup");
  }

  private static String deep(int levels) {
    return levels == 0 ? Generator.returnValue("found") : deep(levels - 1);
  }

  @Test
  void aYielderOutsideItsBodyIsRefused() {
    var leaked = new AtomicReference<@Nullable Yielder<Integer, Void>>();
    Generator<Integer, Void, Void> g =
        Generator.yielding(
            "own",
            y -> {
              leaked.set(y);
              y.yieldValue(1);
            });
    g.next();

    assertThatThrownBy(() -> leaked.get().yieldValue(2))
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessage(
            "generator 'own' cannot switch out: the caller does not run inside it;"
                + " only its own body may yield");
    g.close();
  }

  @Test
  void namesComeFromTheBodysClass() {
    assertThatObject(Generator.yielding(y -> y.yieldValue(1)))
        .hasToString("Generator[GeneratorProtocolTest, unstarted]");
  }

  @Test
  void nullIsAValue() {
    Generator<@Nullable String, Void, Void> g = Generator.yielding(y -> y.yieldValue(null));

    assertThat(g.hasNext()).isTrue();
    assertThat(g.next()).isNull();
    assertThat(g.hasNext()).isFalse();
  }
}
