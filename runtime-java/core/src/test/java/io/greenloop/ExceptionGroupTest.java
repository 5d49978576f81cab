package io.greenloop;

import static io.greenloop.ExceptionGroups.handle;
import static io.greenloop.ExceptionGroups.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.testing.Parity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExceptionGroupTest {
  private final IOException io = new IOException("io");
  private final IllegalStateException state = new IllegalStateException("state");
  private final IOException inner = new IOException("inner");
  private final ExceptionGroup nested = new ExceptionGroup("nested", List.of(inner, state));
  private final ExceptionGroup group = new ExceptionGroup("work", List.of(io, nested));

  @Test
  @Parity("EXC-7")
  void itIsAnImmutableListAndNests() {
    assertThat(group)
        .hasMessage(
            "work (2 sub-exceptions): java.io.IOException: io; io.greenloop.ExceptionGroup: nested"
                + " (2 sub-exceptions): java.io.IOException: inner;"
                + " java.lang.IllegalStateException: state");
    assertThat(group.summary()).isEqualTo("work");
    assertThat(group.exceptions()).containsExactly(io, nested);
    assertThatThrownBy(() -> group.exceptions().add(io))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void theMessageNamesTheFirstLineOfTheFirstThree() {
    var all = List.of(new IOException("a\nb"), io, state, new IOException("d"));

    assertThat(new ExceptionGroup("work", all))
        .hasMessage(
            "work (4 sub-exceptions): java.io.IOException: a; java.io.IOException: io;"
                + " java.lang.IllegalStateException: state; …");
  }

  @Test
  @Parity("EXC-7")
  void aPrintedTraceShowsEveryMember() {
    var text = new StringWriter();
    group.printStackTrace(new PrintWriter(text));

    assertThat(group.getSuppressed()).containsExactly(io, nested);
    assertThat(text.toString())
        .contains("Suppressed: java.io.IOException: io")
        .contains("Suppressed: java.io.IOException: inner")
        .contains("Suppressed: java.lang.IllegalStateException: state");
  }

  @Test
  @Parity("EXC-7")
  void anEmptyOneIsRefused() {
    assertThatThrownBy(() -> new ExceptionGroup("x", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ExceptionGroup: no exceptions (expected at least one)");
  }

  @Test
  @Parity("TG-12")
  void splitKeepsTheNesting() {
    var parts = group.split(IOException.class);

    assertThat(parts.matched().exceptions().get(0)).isSameAs(io);
    var matchedInner = (ExceptionGroup) parts.matched().exceptions().get(1);
    assertThat(matchedInner.exceptions()).containsExactly(inner);
    assertThat(matchedInner.summary()).isEqualTo("nested");
    assertThat(parts.rest().exceptions()).hasSize(1);
    assertThat(((ExceptionGroup) parts.rest().exceptions().getFirst()).exceptions())
        .containsExactly(state);
    assertThat(parts.rest().getStackTrace()).isEqualTo(group.getStackTrace());
  }

  @Test
  @Parity("TG-12")
  void splitGivesTheGroupItselfWhereNothingOrAllMatches() {
    assertThat(group.split(ArithmeticException.class).matched()).isNull();
    assertThat(group.split(ArithmeticException.class).rest()).isSameAs(group);
    assertThat(group.split(e -> !(e instanceof ExceptionGroup)).matched().exceptions()).hasSize(2);
    assertThat(group.split(e -> true).matched()).isSameAs(group);
  }

  @Test
  @Parity("TG-12")
  void handlersGetTheirPartInOrderAndASingleFailureComesInAGroup() {
    var seen = new ArrayList<String>();
    handle(
        () -> {
          throw io;
        },
        on(IllegalStateException.class, g -> seen.add("state")),
        on(IOException.class, g -> seen.add("io " + g.exceptions())),
        on(Exception.class, g -> seen.add("rest")));

    assertThat(seen).containsExactly("io [java.io.IOException: io]");

    seen.clear();
    handle(
        () -> {
          throw group;
        },
        on(IOException.class, g -> seen.add("io")),
        on(Exception.class, g -> seen.add("rest " + g.summary() + g.exceptions().size())));
    assertThat(seen).containsExactly("io", "rest work1");
  }

  @Test
  @Parity("TG-12")
  void whatNoHandlerTakesIsThrownAsItWas() {
    assertThatThrownBy(
            () ->
                handle(
                    () -> {
                      throw state;
                    },
                    on(IOException.class, g -> {})))
        .isSameAs(state);
  }

  @Test
  @Parity("TG-12")
  void whatHandlersThrowIsThrownWithTheRest() {
    var failure = new ArithmeticException("handler");
    var thrown =
        catchThrowableOfType(
            ExceptionGroup.class,
            () ->
                handle(
                    () -> {
                      throw group;
                    },
                    on(
                        IOException.class,
                        g -> {
                          throw failure;
                        })));

    assertThat(thrown)
        .hasMessageStartingWith("handlers of an ExceptionGroup threw (2 sub-exceptions): ");
    assertThat(thrown.exceptions().getFirst()).isSameAs(failure);
  }
}
