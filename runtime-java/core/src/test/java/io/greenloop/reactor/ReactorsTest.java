package io.greenloop.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ReactorsTest {
  @Test
  void theBestAvailableEngineRuns() {
    var engines =
        List.of(
            engine("best", 20, "no kernel for it"),
            engine("good", 10, null),
            engine("plain", 0, null));

    assertThat(Reactors.select("", engines).name()).isEqualTo("good");
  }

  @Test
  void aNamedEngineRunsWhateverItsPriority() {
    var engines = List.of(engine("good", 10, null), engine("plain", 0, null));

    assertThat(Reactors.select("plain", engines).name()).isEqualTo("plain");
  }

  @Test
  void anUnknownEngineIsRefusedWithTheNamesThereAre() {
    var engines = List.of(engine("good", 10, null), engine("plain", 0, null));

    assertThatThrownBy(() -> Reactors.select("kqueue", engines))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("greenloop.engine = 'kqueue' (expected one of good, plain)");
  }

  @Test
  void whereANamedEngineCannotRunTheBestOtherDoesAndThatIsSaidOnce() {
    var engines = List.of(engine("best", 20, "the container forbids it"), engine("plain", 0, null));
    var said = new ArrayList<String>();
    var logger = Logger.getLogger("io.greenloop");
    var ears = new Ears(said);
    logger.addHandler(ears);
    logger.setUseParentHandlers(false);
    try {
      assertThat(Reactors.select("best", engines).name()).isEqualTo("plain");
      assertThat(Reactors.select("best", engines).name()).isEqualTo("plain");
    } finally {
      logger.setUseParentHandlers(true);
      logger.removeHandler(ears);
    }

    assertThat(said)
        .containsExactly(
            "engine plain, not best, which -Dgreenloop.engine names: the container forbids it");
  }

  @Test
  void theEngineIsDescribedWithTheReasonForIt() {
    var engines = List.of(engine("best", 20, "the container forbids it"), engine("plain", 0, null));

    assertThat(Reactors.describe("", engines))
        .isEqualTo("plain; not best: the container forbids it");
    assertThat(Reactors.describe("plain", engines)).isEqualTo("plain, named by -Dgreenloop.engine");
    assertThat(Reactors.describe("best", engines))
        .isEqualTo("plain; not best, which is named: the container forbids it");
  }

  @Test
  @FullMode("io_uring needs the flags of full mode")
  @EnabledOnOs(OS.LINUX)
  void ioUringRunsOnlyWhereItIsNamed() throws IOException {
    var uring = Reactors.providers().getLast();
    assertThat(uring.name()).isEqualTo("io_uring");
    assumeTrue(uring.unavailableBecause().isEmpty(), () -> uring.unavailableBecause().get());

    try (var reactor = Reactors.select("io_uring", Reactors.providers()).open()) {
      assertThat(reactor.name()).isEqualTo("io_uring");
    }
  }

  @Test
  void aRepackagedJarWithoutEnginesSaysWhatIsMissing() {
    assertThatThrownBy(() -> Reactors.select("", List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no engine found; keep META-INF/services/io.greenloop.reactor.ReactorProvider when"
                + " repackaging the jar");
  }

  @Test
  void thePortableEngineIsAlwaysThere() throws IOException {
    var nio = Reactors.select("nio", Reactors.providers());

    try (var reactor = nio.open()) {
      assertThat(reactor.name()).isEqualTo("nio");
    }
  }

  @Test
  void anEngineOfSomebodyElseIsFound() throws IOException {
    try (var reactor = Reactors.select("rescan", Reactors.providers()).open()) {
      assertThat(reactor.getClass().getPackageName()).isEqualTo("io.greenloop.reactor.outside");
    }
  }

  @Test
  @FullMode("epoll needs the flags of full mode")
  @EnabledOnOs(OS.LINUX)
  void linuxRunsOnEpoll() {
    assertThat(Reactors.select("", Reactors.providers()).name()).isEqualTo("epoll");
  }

  @Test
  void withoutTheFlagsItSaysWhichOneEpollNeeds() {
    assumeFalse(Object.class.getModule().isOpen("java.lang", ReactorsTest.class.getModule()));
    var epoll = Reactors.providers().getFirst();

    assertThat(epoll.name()).isEqualTo("epoll");
    assertThat(epoll.unavailableBecause().orElseThrow())
        .isEqualTo(
            System.getProperty("os.name").equals("Linux")
                ? "it needs --add-opens java.base/java.lang=ALL-UNNAMED"
                : "it needs Linux");
  }

  /** Hears what is logged. */
  private static final class Ears extends Handler {
    private final List<String> said;

    Ears(List<String> said) {
      this.said = said;
    }

    @Override
    public void publish(LogRecord heard) {
      said.add(MessageFormat.format(heard.getMessage(), heard.getParameters()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static ReactorProvider engine(String name, int priority, String trouble) {
    return new ReactorProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public int priority() {
        return priority;
      }

      @Override
      public Optional<String> unavailableBecause() {
        return Optional.ofNullable(trouble);
      }

      @Override
      public Reactor open() {
        throw new AssertionError("not opened here");
      }
    };
  }
}
