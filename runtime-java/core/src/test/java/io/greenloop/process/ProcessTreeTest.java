package io.greenloop.process;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.process.Children.isGone;
import static io.greenloop.process.Children.line;
import static io.greenloop.process.Children.sh;
import static io.greenloop.process.Children.until;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A child that has children of its own. */
@Timeout(60)
class ProcessTreeTest {
  private static final String FAMILY = "sleep 1000 & echo $!; sleep 1000";
  private static final String STUBBORN =
      "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 0.01; done";

  @Test
  void aGrandchildThatHoldsThePipesOpenHoldsNobodyUp() {
    run(
        () -> {
          AsyncProcess process = AsyncProcess.start(sh("sleep 1000 & echo $!"));
          process.join();
          long grandchild = Long.parseLong(line(process));
          try {
            Task<byte[]> reading = spawn(() -> process.stdout().readAll());
            yieldNow();
            assertThat(reading.isDone()).isFalse();

            process.close();

            assertThatThrownBy(reading::join).hasMessageContaining("was closed");
            assertThat(Children.threadsNamed("greenloop-std")).isZero();
            until(() -> Children.threadsNamed("process reaper (pid " + process.pid()) == 0);
          } finally {
            ProcessHandle.of(grandchild).ifPresent(ProcessHandle::destroyForcibly);
          }
        });
  }

  @Test
  void killTreeAndCloseEndTheWholeFamily() {
    run(
        () -> {
          for (Consumer<AsyncProcess> end :
              List.<Consumer<AsyncProcess>>of(AsyncProcess::killTree, AsyncProcess::close)) {
            try (AsyncProcess process = AsyncProcess.start(sh(FAMILY))) {
              long grandchild = Long.parseLong(line(process));
              end.accept(process);
              assertThat(process.join()).isEqualTo(137);
              until(() -> isGone(grandchild));
            }
          }
        });
  }

  @Test
  void stopAsksFirst() {
    run(
        () -> {
          try (AsyncProcess process = AsyncProcess.start(sh(FAMILY))) {
            long grandchild = Long.parseLong(line(process));
            assertThat(process.stop(Duration.ofMinutes(1))).isEqualTo(143);
            until(() -> isGone(grandchild));
            assertThat(process.stop(Duration.ZERO)).isEqualTo(143);
          }
        });
  }

  @Test
  void stopKillsTheOneThatDoesNotListenAndAllItHasStarted() {
    run(
        () -> {
          try (AsyncProcess process = AsyncProcess.start(sh(STUBBORN))) {
            long grandchild = Long.parseLong(line(process));
            assertThat(process.stop(Duration.ofMillis(50))).isEqualTo(137);
            until(() -> isGone(grandchild));
          }
        });
  }

  @Test
  void aCancelledStopKillsAtOnce() {
    run(
        () -> {
          try (AsyncProcess process = AsyncProcess.start(sh(STUBBORN))) {
            long grandchild = Long.parseLong(line(process));
            Task<Integer> stopping = spawn(() -> process.stop(Duration.ofHours(1)));
            yieldNow();
            stopping.cancel();

            assertThatThrownBy(stopping::join).isInstanceOf(CancelledError.class);
            assertThat(process.join()).isEqualTo(137);
            until(() -> isGone(grandchild));
          }
        });
  }

  @Test
  @Parity({"AC-subprocess.2"})
  void aRunThatIsCancelledOrOutOfTimeStopsWhatItHasStarted(@TempDir Path folder) {
    Path file = folder.resolve("pid");
    run(
        () -> {
          String script = "read x; sleep 1000 & echo $$ $! > pid.new; mv pid.new pid; wait";
          ProcessBuilder builder = sh(script);
          builder.directory(folder.toFile());
          byte[] started = "x\n".getBytes(US_ASCII); // who has read that is known to the loop
          Task<ProcessOutput> running = spawn(() -> AsyncProcess.run(builder, started));
          until(() -> Files.exists(file));
          String[] pids = Files.readString(file).strip().split(" ");
          long child = Long.parseLong(pids[0]);
          long grandchild = Long.parseLong(pids[1]);
          running.cancel();
          assertThatThrownBy(running::join).isInstanceOf(CancelledError.class);
          assertThat(isGone(child)).isTrue();
          until(() -> isGone(grandchild));

          assertThatThrownBy(
                  () ->
                      Aio.timeout(
                          Duration.ofMillis(20), () -> AsyncProcess.run(sh("sleep 1000"), null)))
              .isInstanceOf(AsyncTimeoutException.class);
          // It may have been over while the child was being started.
          until(() -> ProcessHandle.current().children().findAny().isEmpty());
        });
  }

  @Test
  void whereTheSystemSaysWhatAProcessHasStartedNobodyReadsTheWholeTable() {
    assumeTrue(Files.isReadable(Path.of("/proc/thread-self/children")));
    run(
        () -> {
          for (Consumer<AsyncProcess> end :
              List.<Consumer<AsyncProcess>>of(
                  AsyncProcess::killTree,
                  AsyncProcess::close,
                  process -> process.stop(Duration.ofMinutes(1)))) {
            String script = "(sleep 1000 & echo $!; sleep 1000) & wait";
            var counted = new CountedFamily(sh(script).start());
            var process = Children.adopt(counted);
            var lines =
                new BufferedReader(new InputStreamReader(counted.getInputStream(), US_ASCII));
            long youngest = Long.parseLong(lines.readLine());
            end.accept(process);
            process.join();
            until(() -> isGone(youngest));
            assertThat(counted.scans).hasValue(0);
            process.close();
          }
        });
  }

  @Test
  void stopLooksForTheFamilyOnceToAskAndOnceToKill() {
    run(
        () -> {
          String script = "trap '' TERM; echo x; while :; do sleep 0.01; done";
          var counted = new CountedFamily(sh(script).start());
          var process = Children.adopt(counted);
          counted.getInputStream().read();
          assertThat(process.stop(Duration.ofMillis(20))).isEqualTo(137);
          assertThat(counted.looks).hasValue(2);
          process.close();
        });
  }

  @Test
  void aStartThatFailsAfterTheChildHasStartedKillsIt() {
    long before = Children.openPipes();
    var started = new AtomicReference<Process>();
    var launch =
        new Launch(
            sh(FAMILY),
            true,
            (process, in, out, err) -> {
              started.set(process);
              throw new OutOfMemoryError("unable to create native thread");
            });
    assertThatThrownBy(launch::call).hasMessage("unable to create native thread");
    while (started.get().isAlive()) {
      Thread.onSpinWait();
    }
    assertThat(started.get().exitValue()).isEqualTo(137);
    while (Children.openPipes() > before) {
      Thread.onSpinWait(); // the JDK closes its ends when it hears of the end
    }
  }

  @Test
  @Parity({"SUB-1"})
  void aCancelWhileItStartsKillsWhatItHasStartedToo(@TempDir Path folder) {
    Path file = folder.resolve("pid");
    run(
        () -> {
          ProcessBuilder builder = sh("sleep 1000 & echo $! > pid.new; mv pid.new pid; wait");
          builder.directory(folder.toFile());
          var launch = new Launch(builder, false);
          Launch.Started started = launch.call();
          until(() -> Files.exists(file));

          launch.abandon();

          long grandchild = Long.parseLong(Files.readString(file).strip());
          until(() -> isGone(grandchild) && !started.process().isAlive());
        });
  }

  @Test
  void aRunGivesWhatItWroteAndHowItEnded() {
    run(
        () -> {
          ProcessOutput output =
              AsyncProcess.run(sh("cat; echo bad >&2; exit 4"), Children.bytes("in"));
          assertThat(output.text()).isEqualTo("in");
          assertThat(output.errorText()).isEqualTo("bad\n");
          assertThat(output.exitCode()).isEqualTo(4);
          assertThat(output.signal()).isEmpty();
        });
  }
}
