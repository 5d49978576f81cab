package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.internal.fiber.Fiber;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ends, parents, errors: rows GL-1.4. */
class GreenletEndTest {
  private final Greenlet main = Greenlet.current();
  private final List<Object> trail = new ArrayList<>();

  private static Greenlet failing(Throwable error) {
    return failing(error, null);
  }

  private static Greenlet failing(Throwable error, Greenlet parent) {
    return new Greenlet(
        args -> {
          throw sneaky(error);
        },
        parent);
  }

  private static RuntimeException sneaky(Throwable error) {
    throw Greenlet.sneak(error);
  }

  /** Suspended; says what arrives. */
  private Greenlet listener() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return "value " + main.switchTo();
              } catch (Exception e) {
                return "error " + e.getMessage();
              }
            });
    g.switchTo();
    return g;
  }

  @Test
  @Parity("GL-1.4.1")
  void theResultArrivesInTheParentAsItIs() {
    var pair = Tuple.of(1, 2);

    assertThat(new Greenlet(args -> null).switchTo()).isNull();
    assertThat(new Greenlet(args -> pair).switchTo()).isSameAs(pair);
  }

  @Test
  @Parity("GL-1.4.2")
  void theParentAtTheEndGetsItNotTheLastSwitcher() {
    Greenlet listener = listener();
    Greenlet g =
        new Greenlet(
            args -> {
              Greenlet.current().setParent(listener);
              return "result";
            });

    assertThat(g.switchTo()).isEqualTo("value result");
  }

  @Test
  @Parity({"GL-1.4.3", "GL-C33"})
  void aNewParentStartsWithTheValueAndItsResultGoesOn() {
    Greenlet parent = new Greenlet(args -> "parent got " + Arrays.toString(args));

    assertThat(new Greenlet(args -> Tuple.of(1, 2), parent).switchTo())
        .isEqualTo("parent got [(1, 2)]");
    assertThat(new Greenlet(args -> null, new Greenlet(Arrays::asList)).switchTo())
        .isEqualTo(Arrays.asList((Object) null));
  }

  @Test
  @Parity({"GL-1.4.3", "GL-C32"})
  void anErrorInAParentThatWasStartedThatWayGoesOnToMain() {
    Greenlet parent = new Greenlet(args -> args[7]);

    assertThatThrownBy(() -> new Greenlet(args -> 1, parent).switchTo())
        .isExactlyInstanceOf(ArrayIndexOutOfBoundsException.class);
    assertThat(parent.isDead()).isTrue();
  }

  @Test
  @Parity("GL-1.4.4")
  void deadParentsAreSkipped() {
    Greenlet listener = listener();
    Greenlet lower = new Greenlet(args -> null, new Greenlet(args -> null, listener));
    lower.getParent().setParent(main);
    lower.getParent().switchTo();
    lower.getParent().setParent(listener);

    assertThat(new Greenlet(args -> "up", lower.getParent()).switchTo()).isEqualTo("value up");
  }

  @Test
  @Parity({"GL-1.4.5", "GL-C25"})
  void aParentWithoutABodyTurnsItIntoAnErrorForTheNext() {
    Greenlet bodyless = new Greenlet();
    Greenlet g = new Greenlet(args -> "lost", bodyless);

    assertThatThrownBy(g::switchTo)
        .isExactlyInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith(" has no run: give it a body, or override run");
    assertThat(g.isDead()).isTrue();
    assertThat(bodyless.isDead()).isFalse();
  }

  @Test
  @Parity("GL-1.4.6")
  void anUncaughtErrorIsRaisedInTheParentAsTheSameObject() {
    var error = new IOException("disk");

    assertThat(catchThrowable(failing(error)::switchTo)).isSameAs(error);
    assertThat(error.getSuppressed()).isEmpty();
    assertThat(failing(error, listener()).switchTo()).isEqualTo("error disk");
  }

  @Test
  @Parity("GL-1.4.7")
  void anErrorKillsANewParentAndGoesOn() {
    var error = new IOException("disk");
    Greenlet parent = new Greenlet(args -> trail.add("ran"));

    assertThat(catchThrowable(failing(error, parent)::switchTo)).isSameAs(error);
    assertThat(parent.isDead()).isTrue();
    assertThat(parent.isStarted()).isFalse();
    assertThat(trail).isEmpty();
  }

  @Test
  @Parity("GL-1.4.8")
  void everyKindOfThrowableTravels() {
    for (Throwable error :
        List.of(
            new OutOfMemoryError("pretended"),
            new AssertionError("a"),
            new InterruptedException("i"),
            new Throwable("plain"))) {
      assertThat(catchThrowable(failing(error)::switchTo)).isSameAs(error);
    }
    Greenlet deep = new Greenlet(args -> endless(0));
    assertThat(catchThrowable(deep::switchTo)).isInstanceOf(StackOverflowError.class);
  }

  private static int endless(int n) {
    return 1 + endless(n + 1);
  }

  // ---- switches that the JVM refuses -------------------------------------------------------

  /** As a continuation whose frames the stack of main has no room for. */
  private record NoRoom(Fiber fiber) implements Fiber {
    @Override
    public void resume() {
      throw new StackOverflowError();
    }

    @Override
    public void suspend() {
      fiber.suspend();
    }

    @Override
    public void checkInside() {
      fiber.checkInside();
    }

    @Override
    public boolean isDone() {
      return fiber.isDone();
    }

    @Override
    public StackTraceElement[] stackTrace() {
      return fiber.stackTrace();
    }
  }

  @Test
  void aSwitchThatMainsStackHasNoRoomForDidNotHappen() {
    Greenlet g = new Greenlet(args -> main.switchTo() + " " + main.switchTo());
    g.switchTo();
    Fiber fiber = g.fiber();

    g.fiber = new NoRoom(fiber);
    assertThat(catchThrowable(() -> g.switchTo("lost"))).isInstanceOf(StackOverflowError.class);
    assertThat(catchThrowable(() -> g.throwInto(new IOException("lost"))))
        .isInstanceOf(StackOverflowError.class);
    assertThat(Greenlet.current()).isSameAs(main);
    assertThat(new Greenlet(args -> "fine").switchTo()).isEqualTo("fine");

    g.fiber = fiber;
    g.switchTo("a");
    assertThat(g.switchTo("b")).isEqualTo("a b");
  }

  @Test
  void whatKeepsAnEndFromItsParentIsRaisedInMain() {
    var error = new OutOfMemoryError("pretended");
    Greenlet dead =
        new Greenlet(args -> null) {
          @Override
          public Greenlet getParent() {
            throw error;
          }
        };
    dead.switchTo();
    Greenlet g = new Greenlet(args -> "lost", dead);

    assertThat(catchThrowable(g::switchTo)).isSameAs(error);

    assertThat(Greenlet.current()).isSameAs(main);
    assertThat(g.isDead()).isTrue();
    assertThat(new Greenlet(args -> "fine").switchTo()).isEqualTo("fine");
  }

  // ---- exits -------------------------------------------------------------------------------

  static class MyExit extends GreenletExit {
    private static final long serialVersionUID = 1L;
  }

  @Test
  @Parity({"GL-1.4.9", "GL-1.4.10"})
  void anUncaughtExitIsAValue() {
    var exit = new GreenletExit("done");
    var mine = new MyExit();

    assertThat(failing(exit).switchTo()).isSameAs(exit);
    assertThat(failing(mine).switchTo()).isSameAs(mine);
    assertThat(new Greenlet(args -> exit).switchTo()).isSameAs(exit);
  }

  @Test
  @Parity("GL-1.4.9")
  void anExitStartsANewParentWithoutAValueAReturnedOneWithIt() {
    var exit = new GreenletExit("done");

    assertThat(failing(exit, new Greenlet(Arrays::asList)).switchTo()).isEqualTo(List.of());
    assertThat(new Greenlet(args -> exit, new Greenlet(Arrays::asList)).switchTo())
        .isEqualTo(List.of(exit));
  }

  @Test
  @Parity("GL-1.4.11")
  void anExitMayBeCaught() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (GreenletExit caught) {
                return "survived";
              }
            });
    g.switchTo();

    assertThat(g.throwInto()).isEqualTo("survived");
  }

  @Test
  @Parity({"GL-1.4.12", "GL-1.13.7"})
  void cleanupMaySwitchWhileAnErrorUnwinds() {
    Greenlet g =
        new Greenlet(
            args -> {
              AutoCloseable resource = () -> trail.add(main.switchTo("closing"));
              try (resource) {
                return main.switchTo();
              }
            });
    g.switchTo();
    var error = new IOException("disk");

    assertThat(g.throwInto(error)).isEqualTo("closing");
    assertThat(g.isActive()).isTrue();
    assertThat(catchThrowable(() -> g.switchTo("go on"))).isSameAs(error);
    assertThat(trail).containsExactly("go on");
  }

  @Test
  @Parity("GL-1.4.14")
  void aParentThatWaitsForSomebodyElseIsResumedAllTheSame() {
    var inner = new ArrayList<Greenlet>();
    Greenlet parent =
        new Greenlet(
            args -> {
              Greenlet child = new Greenlet(more -> main.switchTo("child waits"));
              inner.add(child);
              child.switchTo();
              return "parent got " + main.switchTo("parent waits for main");
            });

    assertThat(parent.switchTo()).isEqualTo("child waits");
    assertThat(parent.switchTo()).isEqualTo("parent waits for main");
    assertThat(inner.getFirst().switchTo("end")).isEqualTo("parent got end");
  }

  @Test
  @Parity("GL-C10")
  void anErrorGoesToAReassignedParentWhichPassesItOn() {
    Greenlet first = new Greenlet(args -> main.switchTo());
    Greenlet second = new Greenlet(args -> main.switchTo());
    first.switchTo();
    second.switchTo();
    second.setParent(first);
    var error = new IOException("disk");

    assertThat(catchThrowable(() -> second.throwInto(error))).isSameAs(error);
    assertThat(first.isDead() && second.isDead()).isTrue();
    assertThat(second.switchTo(1, 2)).isEqualTo(Tuple.of(1, 2));
  }

  @Test
  @Parity("GL-C11")
  void anErrorOfAHelperArrivesInItsParent() {
    var error = new IllegalStateException("from the helper");
    assertThat(failing(error, listener()).switchTo()).isEqualTo("error from the helper");
  }

  @Test
  @Parity("GL-C15")
  void aGreenletCountsFromNewToDead() {
    Greenlet g =
        new Greenlet(
            args -> {
              main.switchTo(Greenlet.current().isActive());
              return "last";
            });

    assertThat(g.isActive()).isFalse();
    assertThat(g.switchTo()).isEqualTo(true);
    assertThat(g.isActive()).isTrue();
    assertThat(g.switchTo()).isEqualTo("last");
    assertThat(g.isActive()).isFalse();
  }
}
