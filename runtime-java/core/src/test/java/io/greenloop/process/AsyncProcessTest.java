package io.greenloop.process;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.process.Children.bytes;
import static io.greenloop.process.Children.isReaped;
import static io.greenloop.process.Children.line;
import static io.greenloop.process.Children.openPipes;
import static io.greenloop.process.Children.sh;
import static io.greenloop.process.Children.text;
import static io.greenloop.process.Children.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.Poller;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AsyncProcessTest {
  // ---- starting ----------------------------------------------------------------------------

  @Test
  void aProgramIsRunWithoutInput() {
    run(
        () ->
            assertThat(text(AsyncProcess.run(sh("cat; echo done")).stdout())).isEqualTo("done\n"));
  }

  @Test
  @Parity({"SUB-1"})
  void whatTheBuilderSaysHoldsAndItStaysAsItIs(@TempDir Path folder) {
    run(
        () -> {
          ProcessBuilder builder =
              sh("pwd; echo $GREETING; echo oops >&2").directory(folder.toFile());
          builder.environment().put("GREETING", "hello");
          builder.redirectErrorStream(true);

          try (AsyncProcess process = Aio.process(builder)) {
            assertThat(text(process.communicate(null).stdout()))
                .isEqualTo(folder.toRealPath() + "\nhello\noops\n");
            assertThatThrownBy(process::stderr)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "stderr of process "
                        + process.pid()
                        + " (sh) is no pipe: the ProcessBuilder has redirected it");
          }
          assertThat(builder.redirectOutput()).isEqualTo(Redirect.PIPE);
        });
  }

  @Test
  @Parity({"SUB-1"})
  void aLineForTheShell() {
    run(
        () -> {
          try (AsyncProcess process = AsyncProcess.startShell("echo one; exit 3")) {
            ProcessOutput output = process.communicate(null);
            assertThat(output.text()).isEqualTo("one\n");
            assertThat(output.exitCode()).isEqualTo(3);
            assertThat(output)
                .hasToString("process " + process.pid() + " (sh) ended with exit code 3");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Parity({"SUB-1", "AC-subprocess.3"})
  void aProgramThatIsNotThereLeavesNothingBehind(boolean pumped) {
    long before = openPipes();
    run(
        () -> {
          var builder = new ProcessBuilder("/no/such/program", "x");
          assertThatThrownBy(() -> AsyncProcess.start(builder, pumped))
              .isInstanceOf(IOException.class)
              .hasMessageStartingWith("Cannot run program \"/no/such/program\"");
          assertThat(openPipes()).isEqualTo(before);
        });
    assertThatThrownBy(() -> run(() -> AsyncProcess.start()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("start: the command is empty");
  }

  @Test
  void ofAChildWhosePipesCannotAllBeAdoptedTheLoopKeepsNone() {
    run(
        () -> {
          Process child = sh("exit 0").start();
          EventLoop.current().wrap(child.onExit()).join();
          Pipe in = Pipe.open();
          Pipe out = Pipe.open();
          Pipe err = Pipe.open();
          err.source().close();
          var started = new Launch.Started(child, in.sink(), out.source(), err.source());
          assertThatThrownBy(() -> new AsyncProcess(EventLoop.current(), "sh", started))
              .isInstanceOf(ClosedChannelException.class);
          for (int i = 0; i < 200; i++) {
            yieldNow(); // an engine is asked once in 64 turns
          }

          Poller poller = LoopThread.currentLoop().poller();
          assertThat(in.sink().isOpen() || out.source().isOpen()).isFalse();
          assertThat(poller.isOwned(in.sink()) || poller.isOwned(out.source())).isFalse();
          in.source().close();
          out.sink().close();
          err.sink().close();
        });
  }

  @Test
  @Parity({"SUB-1", "AC-subprocess.2"})
  void aCancelWhileItStartsKillsIt(@TempDir Path folder) {
    long before = openPipes();
    run(
        () -> {
          for (int turns = 1; turns <= 30; turns++) {
            Task<AsyncProcess> starting = spawn(() -> AsyncProcess.start("sleep", "1000"));
            for (int i = 0; i < turns * 20; i++) {
              yieldNow();
            }
            starting.cancel();
            try {
              starting.join().close();
            } catch (CancelledError cancelled) {
              // as wanted
            }
          }
          until(() -> ProcessHandle.current().children().findAny().isEmpty());
          until(() -> openPipes() == before);
        });
  }

  @Test
  @Parity({"SUB-1"})
  void inACallbackItIsRefusedBeforeItStartsAnything() {
    run(
        () -> {
          var refused = new AtomicReference<Throwable>();
          EventLoop.current()
              .callSoon(
                  () -> {
                    try {
                      AsyncProcess.start("sleep", "1000");
                    } catch (IOException | IllegalStateException e) {
                      refused.set(e);
                    }
                  });
          yieldNow();
          assertThat(refused.get())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("start");
          assertThat(ProcessHandle.current().children()).isEmpty();
        });
  }

  @Test
  void manyAtOnceDoNotMixUpTheirPipes() {
    long before = openPipes();
    run(
        () -> {
          var tasks = new ArrayList<Task<String>>();
          var wanted = new ArrayList<String>();
          for (int i = 0; i < 40; i++) {
            String line = "line " + i + "\n";
            wanted.add(line);
            tasks.add(spawn(() -> AsyncProcess.run(new ProcessBuilder("cat"), bytes(line)).text()));
          }
          assertThat(Aio.gather(tasks).join()).isEqualTo(wanted);
          until(() -> openPipes() == before);
        });
  }

  // ---- pipes -------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Parity({"AC-subprocess.1"})
  void itReadsWhatIsWrittenAndWritesWhatIsRead(boolean pumped) {
    run(
        () -> {
          try (AsyncProcess cat = AsyncProcess.start(new ProcessBuilder("cat"), pumped)) {
            cat.stdin().write(bytes("some data"));
            assertThat(text(cat.stdout().readExactly(9))).isEqualTo("some data");
            cat.stdin().shutdownOutput();
            assertThat(cat.stdout().readAll()).isEmpty();
            assertThat(cat.join()).isZero();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Parity({"SUB-3", "AC-subprocess.1"})
  void communicateFeedsAndReadsAtTheSameTime(boolean pumped) {
    byte[] big = bytes("0123456789abcdef".repeat(300_000));
    run(
        () -> {
          ProcessBuilder builder = sh("tee /dev/stderr");
          try (AsyncProcess process = AsyncProcess.start(builder, pumped)) {
            ProcessOutput output = process.communicate(big);
            assertThat(output.stdout()).isEqualTo(big);
            assertThat(output.stderr()).isEqualTo(big);
            assertThat(output.exitCode()).isZero();
          }
        });
  }

  @Test
  @Parity({"SUB-3", "AC-subprocess.1", "AC-subprocess.4"})
  void noInputIsTheEndOfItAtOnceAndWhatIsNoPipeGivesNull() {
    run(
        () -> {
          for (byte[] nothing : new byte[][] {null, {}}) {
            try (AsyncProcess cat =
                AsyncProcess.start(
                    new ProcessBuilder("cat")
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD))) {
              ProcessOutput output = cat.communicate(nothing);
              assertThat(output.stdout()).isNull();
              assertThat(output.stderr()).isNull();
              assertThat(output.text() + output.errorText()).isEmpty();
            }
          }
        });
  }

  @Test
  @Parity({"AC-subprocess.4"})
  void redirectedToAndFromFiles(@TempDir Path folder) {
    Path in = folder.resolve("in");
    Path out = folder.resolve("out");
    run(
        () -> {
          Files.writeString(in, "from a file");
          var builder =
              new ProcessBuilder("cat").redirectInput(in.toFile()).redirectOutput(out.toFile());
          try (AsyncProcess cat = AsyncProcess.start(builder)) {
            assertThat(cat.join()).isZero();
            assertThat(out).hasContent("from a file");
            assertThatThrownBy(() -> cat.communicate(bytes("x")))
                .hasMessage(
                    "stdin of " + cat + " is no pipe: the ProcessBuilder has redirected it");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Parity({"SUB-3", "AC-subprocess.1"})
  void thatItDoesNotReadAllOfItsInputIsNoErrorForCommunicate(boolean pumped) {
    run(
        () -> {
          ProcessBuilder builder = sh("head -c 3; exit 7");
          try (AsyncProcess process = AsyncProcess.start(builder, pumped)) {
            ProcessOutput output = process.communicate(new byte[4 << 20]);
            assertThat(output.stdout()).hasSize(3);
            assertThat(output.exitCode()).isEqualTo(7);
          }
        });
  }

  @Test
  @Parity({"AC-subprocess.1"})
  void whoWritesToOneThatDoesNotReadIsTold() {
    run(
        () -> {
          try (AsyncProcess process = AsyncProcess.start("true")) {
            process.join();
            assertThatThrownBy(() -> process.stdin().write(bytes("x")))
                .hasMessage(
                    "write on stdin of " + process + ": the other side has closed the connection");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Parity({"SUB-8", "AC-subprocess.4"})
  void whatItHasWrittenIsThereAfterItsEnd(boolean pumped) {
    run(
        () -> {
          ProcessBuilder builder = sh("head -c 50000 /dev/zero; echo end");
          try (AsyncProcess process = AsyncProcess.start(builder, pumped)) {
            process.join();
            assertThat(process.stdout().readAll()).hasSize(50_004).endsWith(bytes("end\n"));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Parity({"AC-subprocess.4"})
  void oneWhoseOutputNobodyReadsIsHeldUpUntilSomebodyDoes(boolean pumped) {
    int much = 8 << 20;
    run(
        () -> {
          ProcessBuilder builder = sh("echo go >&2; head -c " + much + " /dev/zero; echo done >&2");
          try (AsyncProcess process = AsyncProcess.start(builder, pumped)) {
            process.stderr().readLine();
            Task<byte[]> done = spawn(() -> process.stderr().readLine());
            process.stdout().readExactly(1);
            for (int i = 0; i < 1000; i++) {
              yieldNow();
            }
            assertThat(done.isDone()).isFalse();

            process.stdout().readExactly(much - 1);
            assertThat(text(done.join())).isEqualTo("done\n");
          }
        });
  }

  @Test
  @Parity({"AC-subprocess.5"})
  void aCancelledReadOrWriteLosesNothingAndHoldsNobody() {
    run(
        () -> {
          try (AsyncProcess cat = AsyncProcess.start("cat")) {
            Task<byte[]> reading = spawn(() -> cat.stdout().readExactly(4));
            cat.stdin().write(bytes("ab"));
            yieldNow();
            reading.cancel();
            assertThatThrownBy(reading::join).isInstanceOf(CancelledError.class);
            cat.stdin().write(bytes("cd"));
            assertThat(text(cat.stdout().readExactly(4))).isEqualTo("abcd");

            Task<Void> writing =
                spawn(
                    () -> {
                      cat.stdin().write(new byte[4 << 20]);
                      return null;
                    });
            yieldNow();
            writing.cancel();
            assertThatThrownBy(writing::join).isInstanceOf(CancelledError.class);
            cat.stdin().shutdownOutput();
            assertThat(cat.stdout().readAll()).hasSize(4 << 20);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSilentChildHoldsNoTaskUp(boolean pumped) {
    run(
        () -> {
          try (AsyncProcess cat = AsyncProcess.start(new ProcessBuilder("cat"), pumped)) {
            Task<byte[]> reading = spawn(() -> cat.stdout().readLine());
            assertThat(spawn(() -> "others run").join()).isEqualTo("others run");
            assertThat(reading.isDone()).isFalse();
            assertThat(Children.threadsNamed("greenloop-stdout")).isEqualTo(pumped ? 1 : 0);

            cat.stdin().write(bytes("x\n"));
            assertThat(text(reading.join())).isEqualTo("x\n");
          }
        });
  }

  // ---- its end -----------------------------------------------------------------------------

  @Test
  @Parity({"SUB-2", "AC-subprocess.2"})
  void anyNumberOfTasksWaitAndACancelOfOneHarmsNobody() {
    run(
        () -> {
          try (AsyncProcess cat = AsyncProcess.start("cat")) {
            List<Task<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
              waiting.add(spawn(() -> cat.join()));
            }
            yieldNow();
            assertThat(cat.exitCode()).isEmpty();
            waiting.getFirst().cancel();
            assertThatThrownBy(waiting.getFirst()::join).isInstanceOf(CancelledError.class);
            assertThat(cat.exitCode()).isEmpty();

            cat.stdin().shutdownOutput();

            for (Task<Integer> each : waiting.subList(1, 4)) {
              assertThat(each.join()).isZero();
            }
            assertThat(cat.join()).isZero();
            assertThat(cat.exitCode()).hasValue(0);
            assertThat(cat.signal()).isEmpty();
          }
        });
  }

  @Test
  @Parity({"SUB-4", "SUB-5", "AC-subprocess.2"})
  void terminateKillAndOtherSignals() {
    run(
        () -> {
          try (AsyncProcess process = AsyncProcess.start("sleep", "1000")) {
            assertThat(process.signal()).isEmpty();
            process.terminate();
            assertThat(process.join()).isEqualTo(143);
            assertThat(process.signal()).hasValue(15);
          }
          try (AsyncProcess process = AsyncProcess.start("sleep", "1000")) {
            process.kill();
            process.join();
            assertThat(process.exitCode()).hasValue(137);
            assertThat(process.signal()).hasValue(9);
          }
          for (String name : List.of("SIGUSR1", "USR1", "TERM", "KILL")) {
            try (AsyncProcess process = AsyncProcess.start("sleep", "1000")) {
              process.signal(name);
              process.join();
              int number = name.endsWith("USR1") ? 10 : name.equals("TERM") ? 15 : 9;
              assertThat(process.signal()).hasValue(number);
            }
          }
        });
  }

  @Test
  @Parity({"SUB-5", "AC-subprocess.2"})
  void aSignalThatItHandles() {
    run(
        () -> {
          String script = "trap 'echo got it' USR1; echo ready; while :; do sleep 0.01; done";
          try (AsyncProcess process = AsyncProcess.start(sh(script))) {
            assertThat(line(process)).isEqualTo("ready");
            process.signal("USR1");
            assertThat(line(process)).isEqualTo("got it");

            assertThatThrownBy(() -> process.signal("NONSUCH"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("signal(NONSUCH) on " + process + ": this system has no such signal");
          }
        });
  }

  @Test
  @Parity({"SUB-5", "AC-subprocess.2"})
  void aSignalThatMeetsItsEndIsSilentAndOneAfterItIsRefused() {
    run(
        () -> {
          try (AsyncProcess process = AsyncProcess.start("true")) {
            while (!isReaped(process.pid())) {
              Thread.onSpinWait(); // the loop does not hear of it
            }
            assertThat(process.exitCode()).isEmpty();
            process.kill();
            process.terminate();
            process.signal("KILL");
            process.killTree();

            process.join();
            assertThatThrownBy(process::kill)
                .isInstanceOf(ProcessEndedException.class)
                .hasMessage("kill on " + process + ": it has ended with exit code 0");
            assertThatThrownBy(process::terminate).isInstanceOf(ProcessEndedException.class);
            assertThatThrownBy(() -> process.signal("HUP"))
                .isInstanceOf(ProcessEndedException.class);
            process.killTree();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Parity({"SUB-6", "AC-subprocess.3"})
  void closeKillsARunningOneAndLeavesNothing(boolean pumped) {
    long before = openPipes();
    run(
        () -> {
          AsyncProcess cat = AsyncProcess.start(new ProcessBuilder("cat"), pumped);
          cat.stdin().tryWrite(ByteBuffer.allocate(1 << 20));
          Task<byte[]> reading = spawn(() -> cat.stderr().readLine());
          yieldNow();

          cat.close();
          cat.close();

          assertThatThrownBy(reading::join)
              .hasMessage("stderr of " + cat + " was closed while a task waited on it");
          assertThatThrownBy(() -> cat.stdin().write(bytes("x")))
              .hasMessage("write on stdin of " + cat + ": the stream is closed");
          assertThat(cat.join()).isEqualTo(137);
          assertThat(isReaped(cat.pid())).isTrue();
          until(() -> openPipes() == before);
        });
  }

  @Test
  @Parity({"SUB-6", "AC-subprocess.3"})
  void closeDoesNotKillAFinishedOne() {
    run(
        () -> {
          AsyncProcess process = AsyncProcess.start(sh("exit 3"));
          process.join();
          process.close();
          assertThat(process.exitCode()).hasValue(3);
        });
  }

  @Test
  @Parity({"SUB-6"})
  void theShutdownOfTheLoopClosesWhatIsLeft() {
    long before = openPipes();
    var left = new AtomicReference<AsyncProcess>();
    run(() -> left.set(AsyncProcess.start("sleep", "1000")));

    long pid = left.get().pid();
    while (!isReaped(pid)) {
      Thread.onSpinWait();
    }
    assertThat(openPipes()).isEqualTo(before);
  }
}
