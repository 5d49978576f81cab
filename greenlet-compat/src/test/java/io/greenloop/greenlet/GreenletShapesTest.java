package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Subclasses, stacks, shapes built on greenlets, hazards: rows GL-1.9, GL-1.11 to GL-1.13. */
class GreenletShapesTest {
  private final Greenlet main = Greenlet.current();
  private final List<Object> trail = new ArrayList<>();

  // ---- stacks ------------------------------------------------------------------------------

  private static @Nullable Object inner(Greenlet to) {
    return to.switchTo();
  }

  private static @Nullable Object outer(Greenlet to) {
    return inner(to);
  }

  private static List<String> methods(Greenlet g) {
    return Arrays.stream(g.getStackTrace()).map(StackTraceElement::getMethodName).toList();
  }

  @Test
  @Parity({"GL-1.9.1", "GL-1.9.2", "GL-C36", "GL-C72"})
  void aSuspendedOneShowsItsOwnFramesOnly() {
    Greenlet g = new Greenlet(args -> outer(main));

    assertThat(methods(g)).isEmpty();
    g.switchTo();
    assertThat(methods(g)).hasSize(3).startsWith("inner", "outer");
    assertThat(methods(g).getLast()).startsWith("lambda$");
    g.switchTo();
    assertThat(methods(g)).isEmpty();
    assertThat(methods(Greenlet.current())).isEmpty();
  }

  @Test
  @Parity("GL-C37")
  void aStackThatWasAskedForStaysAsItWas() {
    Greenlet g =
        new Greenlet(
            args -> {
              outer(main);
              return main.switchTo();
            });
    g.switchTo();
    StackTraceElement[] taken = g.getStackTrace();
    g.switchTo();

    assertThat(taken[0].getMethodName()).isEqualTo("inner");
    assertThat(methods(g)).hasSize(1);
    g.close();
  }

  @Test
  @Parity("GL-1.13.8")
  void whoRunsHasANameOfItsOwn() {
    Greenlet g = new Greenlet(args -> Thread.currentThread().getName());
    String thread = Thread.currentThread().getName();

    Object seen = g.switchTo();

    boolean twin = "portable".equals(System.getProperty("greenloop.test.mode"));
    assertThat(seen).isEqualTo(twin ? Texts.inWords(g) : thread);
    assertThat(Tree.here().running()).isNull();
    assertThat(new Greenlet(args -> Tree.here().running()).switchTo())
        .asString()
        .startsWith("greenlet Greenlet@");
  }

  @Test
  @Parity("GL-1.13.3")
  void whatOneWritesTheNextOneReads() {
    var ring = new ArrayList<Greenlet>();
    int[] plain = new int[1];
    for (int i = 0; i < 8; i++) {
      int next = i + 1;
      ring.add(
          new Greenlet(
              args -> {
                for (; ; ) {
                  plain[0]++;
                  (next < 8 ? ring.get(next) : main).switchTo();
                }
              }));
    }
    for (int round = 0; round < 200; round++) {
      ring.getFirst().switchTo();
    }

    assertThat(plain[0]).isEqualTo(1600);
    ring.forEach(Greenlet::close);
  }

  @Test
  void theSuspendedOnesOfAHostAreListed() {
    Greenlet first = new Greenlet(args -> main.switchTo());
    Greenlet second = new Greenlet(args -> main.switchTo());
    var before = Greenlet.suspended();
    first.switchTo();
    second.switchTo();
    new Greenlet(args -> null).switchTo();

    assertThat(Greenlet.suspended()).containsAll(before).endsWith(first, second);
    first.close();
    second.close();
    assertThat(Greenlet.suspended()).doesNotContain(first, second);
  }

  @Test
  @Parity("GL-1.9.4")
  void mainShowsItsFramesToAChild() {
    var seen = new ArrayList<String>();
    Greenlet g = new Greenlet(args -> seen.addAll(methods(main)));

    inner(g);

    assertThat(seen).startsWith("inner", "mainShowsItsFramesToAChild");
  }

  // ---- subclasses --------------------------------------------------------------------------

  /** As gevent and ORM bridges do. */
  static class Noting extends Greenlet {
    final List<String> calls = new ArrayList<>();

    Noting(Body body) {
      super(body);
    }

    @Override
    public @Nullable Object switchTo() {
      calls.add("none");
      return super.switchTo();
    }

    @Override
    public @Nullable Object switchTo(@Nullable Object value) {
      calls.add("one");
      return super.switchTo(value);
    }

    @Override
    public @Nullable Object switchTo(@Nullable Object... values) {
      calls.add("several");
      return super.switchTo(values);
    }

    @Override
    public @Nullable Object switchTo(SwitchArgs args) {
      calls.add("args");
      return super.switchTo(args);
    }

    @Override
    public @Nullable Object throwInto(Throwable error) {
      calls.add("throw");
      return super.throwInto(error);
    }
  }

  @Test
  @Parity("GL-1.11.3")
  void switchToMayBeOverriddenAndEndsDoNotCallIt() {
    var parent = new Noting(args -> main.switchTo());
    parent.switchTo(1);
    Greenlet child = new Greenlet(args -> "result", parent);

    assertThat(child.switchTo()).isEqualTo("result");
    assertThat(parent.calls).containsExactly("one");
  }

  @Test
  @Parity("GL-1.11.3")
  void eachWayToSwitchAndToThrowMayBeOverridden() {
    var g =
        new Noting(
            args -> {
              while (true) {
                try {
                  main.switchTo();
                } catch (IllegalArgumentException thrown) {
                  trail.add(thrown.getMessage());
                }
              }
            });
    g.switchTo();
    g.switchTo(1);
    g.switchTo(1, 2);
    g.switchTo(SwitchArgs.of(1));
    g.switchFor(Object.class, 1, 2);
    assertThat(g.calls)
        .containsExactly("none", "one", "several", "args", "args", "several", "args");

    g.calls.clear();
    g.throwInto(() -> new IllegalArgumentException("a"));
    g.throwInto(new IllegalArgumentException("b"));
    assertThat(trail).containsExactly("a", "b");
    g.close();
    assertThat(g.calls).containsExactly("throw", "throw");
    assertThat(g.isDead()).isTrue();
  }

  abstract static class Job extends Greenlet {
    @Override
    protected abstract @Nullable Object run(@Nullable Object... args);
  }

  @Test
  @Parity({"GL-1.11.4", "GL-C31"})
  void anAbstractBodyIsGivenByASubclass() {
    Greenlet job =
        new Job() {
          @Override
          protected @Nullable Object run(@Nullable Object... args) {
            return "done";
          }
        };

    assertThat(Modifier.isAbstract(Job.class.getModifiers())).isTrue();
    assertThat(job.switchTo()).isEqualTo("done");
  }

  // ---- shapes ------------------------------------------------------------------------------

  /** The generator of greenlet's examples. */
  static class Genlet extends Greenlet {
    Genlet(Body body) {
      super(body);
    }

    Object next() {
      setParent(Greenlet.current());
      Object value = switchTo();
      if (isDead()) {
        throw new java.util.NoSuchElementException();
      }
      return value;
    }
  }

  private static void yieldValue(Object value) {
    Greenlet.current().getParent().switchTo(value);
  }

  private static void yieldAll(int from, int to) {
    for (int i = from; i < to; i++) {
      yieldValue(i);
    }
  }

  @Test
  @Parity({"GL-1.12.1", "GL-1.12.2", "GL-C65"})
  void aGeneratorSetsItsParentAtEachStep() {
    var g =
        new Genlet(
            args -> {
              yieldAll(0, 3);
              return "dropped";
            });

    assertThat(List.of(g.next(), g.next(), g.next())).isEqualTo(List.of(0, 1, 2));
    assertThat(catchThrowable(g::next)).isInstanceOf(java.util.NoSuchElementException.class);
  }

  @Test
  @Parity({"GL-1.12.3", "GL-C66"})
  void generatorsNest() {
    var outer =
        new Genlet(
            args -> {
              for (int i = 1; i < 4; i++) {
                int base = i * 10;
                var inner =
                    new Genlet(
                        more -> {
                          yieldAll(base, base + 2);
                          return null;
                        });
                yieldValue(inner.next());
                yieldValue(inner.next());
              }
              return null;
            });

    for (int expected : new int[] {10, 11, 20, 21, 30, 31}) {
      assertThat(outer.next()).isEqualTo(expected);
    }
  }

  @Test
  @Parity({"GL-1.12.4", "GL-1.12.6"})
  void itsErrorAppearsInWhoeverConsumesIt() {
    var error = new IOException("disk");
    var g =
        new Genlet(
            args -> {
              yieldValue(1);
              throw error;
            });
    assertThat(g.next()).isEqualTo(1);

    Greenlet consumer = new Greenlet(args -> catchThrowable(g::next));

    assertThat(consumer.switchTo()).isSameAs(error);
  }

  @Test
  @Parity({"GL-1.12.5", "GL-1.12.8"})
  void anEndlessActorIsEndedByClose() {
    Greenlet actor =
        new Greenlet(
            args -> {
              try {
                for (Object message = args[0]; ; message = main.switchTo()) {
                  trail.add(message);
                }
              } finally {
                trail.add("closed");
              }
            });
    try (actor) {
      actor.switchTo("a");
      actor.switchTo("b");
    }

    assertThat(trail).containsExactly("a", "b", "closed");
  }

  @Test
  @Parity({"GL-1.12.9", "GL-1.9.6"})
  void eachGreenletHasAStackOfItsOwnToOverflow() {
    Greenlet g = new Greenlet(args -> overflow(0));

    assertThat(catchThrowable(g::switchTo)).isInstanceOf(StackOverflowError.class);
    assertThat(new Greenlet(args -> "fine").switchTo()).isEqualTo("fine");
  }

  private static int overflow(int n) {
    return 1 + overflow(n + 1);
  }

  // ---- hazards -----------------------------------------------------------------------------

  @Test
  @Parity("GL-1.13.4")
  void aThrowUsesNoInterrupt() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (IllegalArgumentException caught) {
                LockSupport.parkNanos(1);
                return Thread.currentThread().isInterrupted();
              }
            });
    g.switchTo();

    assertThat(g.throwInto(new IllegalArgumentException())).isEqualTo(false);
  }

  @Test
  @Parity("GL-1.13.5")
  void oneThrowableMayTravelThroughSeveral() {
    var error = new IOException("disk");
    StackTraceElement[] origin = error.getStackTrace();
    for (int i = 0; i < 3; i++) {
      Greenlet g = new Greenlet(args -> main.switchTo());
      g.switchTo();
      assertThat(catchThrowable(() -> g.throwInto(error))).isSameAs(error);
    }

    assertThat(error.getStackTrace()).isEqualTo(origin);
    assertThat(error.getSuppressed()).isEmpty();
  }

  @Test
  @Parity("GL-1.13.6")
  void aBroadCatchLetsTheExitPass() {
    Greenlet g =
        new Greenlet(
            args -> {
              for (; ; ) {
                try {
                  main.switchTo();
                } catch (Throwable broad) {
                  GreenletExit.rethrowIfPresent(broad);
                  trail.add(broad.getMessage());
                }
              }
            });
    g.switchTo();
    g.throwInto(new IOException("disk"));

    assertThat(g.throwInto()).isInstanceOf(GreenletExit.class);
    assertThat(trail).containsExactly("disk");
  }

  @Test
  @Parity({"GL-1.13.9", "GL-1.4.13"})
  void whatNobodyCatchesArrivesInMainWhichGoesOn() {
    var error = new IOException("disk");
    Greenlet top = new Greenlet(args -> null);
    Greenlet middle = new Greenlet(args -> null, top);
    Greenlet g =
        new Greenlet(
            args -> {
              throw error;
            },
            middle);

    assertThat(catchThrowable(g::switchTo)).isSameAs(error);
    assertThat(top.isDead() && middle.isDead()).isTrue();
    assertThat(main.isActive()).isTrue();
  }
}
