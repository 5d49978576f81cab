package io.greenloop;

import static io.greenloop.Aio.newPromise;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
class SignalTest {
  private static final String SIGNAL = "WINCH"; // harmless: the default is to ignore it

  private static void raise() throws Exception {
    Process kill =
        new ProcessBuilder("kill", "-WINCH", Long.toString(ProcessHandle.current().pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  private static void raiseFromATask() {
    Aio.blocking(
        () -> {
          raise();
          return null;
        });
  }

  @Test
  @Parity({"LOOP-18", "AC-events.4"})
  void aSignalWakesAnIdleLoopAndItsHandlerMayTouchTasks(TestLoop t) {
    ContextVar<String> who = ContextVar.create("who");
    t.run(
        () -> {
          Promise<String> arrived = newPromise();
          who.set("registrar");
          t.loop().addSignalHandler(SIGNAL, () -> arrived.tryComplete(who.get()));
          who.set("later");
          raiseFromATask();
          assertThat(arrived.join()).isEqualTo("registrar");
        });
  }

  @Test
  @Parity({"LOOP-18", "AC-unix-events-signals.1"})
  void theLastHandlerWinsAndRemoveSaysWhetherThereWasOne(TestLoop t) {
    t.run(
        () -> {
          Promise<String> arrived = newPromise();
          var first = t.loop().addSignalHandler(SIGNAL, () -> arrived.complete("first"));
          var second = t.loop().addSignalHandler(SIGNAL, () -> arrived.complete("second"));
          raiseFromATask();
          assertThat(arrived.join()).isEqualTo("second");
          assertThat(first.remove()).isFalse(); // replaced
          assertThat(second.remove()).isTrue();
          assertThat(second.remove()).isFalse();
        });
  }

  @Test
  @Parity({"LOOP-18", "AC-unix-events-signals.1"})
  void closingTheLoopRemovesItsHandlersAndPutsTheOthersBack(TestLoop t) throws Exception {
    var outer = new AtomicInteger();
    try (var _ = Signals.install(SIGNAL, outer::incrementAndGet)) {
      t.run(
          () -> {
            Promise<String> arrived = newPromise();
            t.loop().addSignalHandler(SIGNAL, () -> arrived.complete("inner"));
            raiseFromATask();
            arrived.join();
          });
      assertThat(outer).hasValue(0);
      raise();
      while (outer.get() == 0) {
        Thread.onSpinWait(); // the JDK's signal thread calls it
      }
    }
  }

  @Test
  @Parity({"LOOP-18", "AC-unix-events-signals.1"})
  void signalsThatDoNotExistOrCannotBeHandledAreRefused(TestLoop t) {
    assertThatThrownBy(() -> t.loop().addSignalHandler("NOSUCH", () -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no signal 'NOSUCH' on this system (expected a name such as INT, TERM, HUP)");
    assertThatThrownBy(() -> t.loop().addSignalHandler("KILL", () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("signal 'KILL' cannot be handled: the JVM or the operating system keeps it");
    assertThatThrownBy(() -> t.loop().addSignalHandler(SIGNAL, null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("callback");
    t.loop().close();
    assertThatThrownBy(() -> t.loop().addSignalHandler(SIGNAL, () -> {}))
        .isInstanceOf(LoopClosedException.class)
        .hasMessage(
            "addSignalHandler: %s is closed; create a new one with EventLoop.create()", t.loop());
  }
}
