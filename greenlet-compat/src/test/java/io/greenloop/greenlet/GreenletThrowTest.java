package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Throwing into greenlets: rows GL-1.5. */
class GreenletThrowTest {
  private final Greenlet main = Greenlet.current();
  private final List<Object> trail = new ArrayList<>();
  private final IOException error = new IOException("disk");

  /** Suspended; gives back what is thrown into it. */
  private Greenlet catcher() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (Throwable caught) {
                return caught;
              }
            });
    g.switchTo();
    return g;
  }

  private Greenlet suspended() {
    Greenlet g = new Greenlet(args -> main.switchTo());
    g.switchTo();
    return g;
  }

  @Test
  @Parity({"GL-1.5.1", "GL-C52"})
  void withoutAnErrorItIsAFreshExit() {
    Greenlet g = suspended();

    Object exit = g.throwInto();

    assertThat(exit).isExactlyInstanceOf(GreenletExit.class);
    assertThat(g.isDead()).isTrue();
    assertThat(g.throwInto()).isExactlyInstanceOf(GreenletExit.class).isNotSameAs(exit);
  }

  @Test
  @Parity({"GL-1.5.2", "GL-1.5.3", "GL-C51"})
  void anInstanceArrivesItselfASupplierIsAskedOnce() {
    assertThat(catcher().throwInto(error)).isSameAs(error);
    assertThat(
            catcher()
                .throwInto(
                    () -> {
                      trail.add("made");
                      return error;
                    }))
        .isSameAs(error);
    assertThat(trail).containsExactly("made");
  }

  @Test
  @Parity("GL-C54")
  void nothingToThrowHitsTheCallerAndLeavesTheTargetAlone() {
    Greenlet g = suspended();

    assertThatThrownBy(() -> g.throwInto((Throwable) null))
        .isExactlyInstanceOf(NullPointerException.class);
    assertThat(g.isActive()).isTrue();
    g.close();
  }

  @Test
  @Parity("GL-1.5.8")
  void itReturnsWhatIsSentNext() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } catch (IllegalArgumentException caught) {
                return main.switchTo("and on");
              }
            });
    g.switchTo();

    assertThat(g.throwInto(new IllegalArgumentException())).isEqualTo("and on");
    assertThat(g.isActive()).isTrue();
    g.close();
  }

  @Test
  @Parity({"GL-1.5.9", "GL-C53"})
  void uncaughtItGoesToTheParentNotToTheThrower() {
    Greenlet parent = catcher();
    Greenlet g = new Greenlet(args -> main.switchTo(), parent);
    g.switchTo();

    assertThat(g.throwInto(error)).isSameAs(error);
    assertThat(parent.isDead()).isTrue();
  }

  @Test
  @Parity({"GL-1.5.10", "GL-C53"})
  void aNewOneDiesWithoutRunning() {
    Greenlet g = new Greenlet(args -> trail.add("ran"));
    var exit = new GreenletExit();

    assertThat(catchThrowable(() -> g.throwInto(error))).isSameAs(error);
    assertThat(new Greenlet(args -> trail.add("ran")).throwInto(exit)).isSameAs(exit);
    assertThat(g.isDead()).isTrue();
    assertThat(trail).isEmpty();
    assertThatThrownBy(g::clearRun).isExactlyInstanceOf(IllegalStateException.class);
    Greenlet parent = catcher();
    assertThat(new Greenlet(args -> trail.add("ran"), parent).throwInto(error)).isSameAs(error);
    assertThat(parent.isDead()).isTrue();
  }

  @Test
  @Parity("GL-1.5.11")
  void aNewParentOfANewOneIsStartedByAnExitAndKilledByAnError() {
    Greenlet started = new Greenlet(Arrays::asList);
    assertThat(new Greenlet(args -> 1, started).throwInto()).isEqualTo(List.of());

    Greenlet killed = new Greenlet(args -> trail.add("ran"));
    assertThat(catchThrowable(() -> new Greenlet(args -> 1, killed).throwInto(error)))
        .isSameAs(error);
    assertThat(killed.isDead()).isTrue();
    assertThat(trail).isEmpty();
  }

  @Test
  @Parity("GL-1.5.13")
  void aDeadOnePassesAnExitOnAsAValueAndAnErrorAsAnError() {
    Greenlet dead = new Greenlet(args -> null);
    dead.switchTo();
    var exit = new GreenletEndTest.MyExit();

    assertThat(dead.throwInto()).isExactlyInstanceOf(GreenletExit.class);
    assertThat(dead.throwInto(exit)).isSameAs(exit);
    assertThat(catchThrowable(() -> dead.throwInto(error))).isSameAs(error);
    Greenlet ancestor = catcher();
    dead.setParent(ancestor);
    assertThat(dead.throwInto(error)).isSameAs(error);
    assertThat(ancestor.isDead()).isTrue();
  }

  @Test
  @Parity("GL-1.5.13")
  void aDeadOneWithANewAncestorStartsOrKillsIt() {
    Greenlet dead = new Greenlet(args -> null);
    dead.switchTo();
    dead.setParent(new Greenlet(Arrays::asList));
    assertThat(dead.throwInto()).isEqualTo(List.of());

    Greenlet killed = new Greenlet(args -> trail.add("ran"));
    dead.setParent(killed);
    assertThat(catchThrowable(() -> dead.throwInto(error))).isSameAs(error);
    assertThat(killed.isDead()).isTrue();
  }

  @Test
  @Parity({"GL-1.5.12", "GL-1.5.13"})
  void aDeadOneUnderAnAncestorWithoutABodyIsRefusedInTheCaller() {
    Greenlet dead = new Greenlet(args -> null);
    dead.switchTo();
    dead.setParent(new Greenlet());

    Object inCaller =
        new Greenlet(args -> catchThrowable(() -> dead.throwInto(error)).getMessage()).switchTo();

    assertThat((String) inCaller)
        .startsWith("throwInto: Greenlet@")
        .endsWith(" has no run: give it a body, or override run");
  }

  @Test
  @Parity("GL-1.5.14")
  void intoItselfItIsRaisedRightThere() {
    assertThat(catchThrowable(() -> main.throwInto(error))).isSameAs(error);
    Greenlet g = new Greenlet(args -> Greenlet.current().throwInto());
    assertThat(g.switchTo()).isExactlyInstanceOf(GreenletExit.class);
  }

  @Test
  @Parity("GL-1.5.15")
  void intoMainItLeavesTheChildSuspended() {
    Greenlet g = new Greenlet(args -> main.throwInto(error));

    assertThat(catchThrowable(g::switchTo)).isSameAs(error);
    assertThat(g.isActive()).isTrue();
    assertThat(g.switchTo("resumed")).isEqualTo("resumed");
  }

  @Test
  @Parity("GL-1.5.17")
  void aKillIsDoneWhenItReturns() {
    Greenlet g =
        new Greenlet(
            args -> {
              try {
                return main.switchTo();
              } finally {
                trail.add("cleanup");
              }
            });
    g.switchTo();

    g.throwInto();
    trail.add("killer goes on");

    assertThat(trail).containsExactly("cleanup", "killer goes on");
  }
}
