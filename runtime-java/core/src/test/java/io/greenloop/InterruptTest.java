package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Ctrl-C, in a JVM of its own. */
@RealTime
@DisabledOnOs(OS.WINDOWS)
class InterruptTest {
  /** The programs; each prints READY when the signal may come. */
  static final class Program {
    public static void main(String[] args) {
      try {
        RunOptions options = RunOptions.DEFAULT;
        if (args[1].equals("TERM")) {
          options = options.handleTermination(report -> Runtime.getRuntime().halt(9));
        }
        Object result =
            Aio.run(
                options,
                () ->
                    switch (args[0]) {
                      case "idle" -> idle();
                      case "busy" -> busy();
                      case "swallows" -> swallows();
                      case "cancelled too" -> cancelledToo();
                      case "second" -> second();
                      case "patient" -> patient();
                      default -> throw new AssertionError(args[0]);
                    });
        System.out.println("returned " + result);
      } catch (Throwable thrown) {
        System.out.println(thrown.getClass().getSimpleName() + ": " + thrown.getMessage());
      }
    }

    private static String idle() {
      try {
        System.out.println("READY");
        return Aio.<String>newPromise().join();
      } finally {
        Aio.sleep(Duration.ofMillis(1));
        System.out.println("cleanup");
      }
    }

    private static String busy() {
      Runnable[] chain = new Runnable[1];
      chain[0] = () -> EventLoop.current().callSoon(chain[0]);
      EventLoop.current().callSoon(chain[0]);
      return idle();
    }

    private static String swallows() {
      try {
        System.out.println("READY");
        return Aio.<String>newPromise().join();
      } catch (CancelledError swallowed) {
        return "swallowed " + swallowed.reason();
      }
    }

    private static String cancelledToo() {
      try {
        System.out.println("READY");
        return Aio.<String>newPromise().join();
      } finally {
        Aio.currentTask().orElseThrow().cancel("independent");
      }
    }

    private static String second() {
      try {
        System.out.println("READY");
        return Aio.<String>newPromise().join();
      } finally {
        System.out.println("READY");
        try {
          Aio.<String>newPromise().join();
        } finally {
          System.out.println("cancelled by the shutdown");
        }
      }
    }
  }

  private static String patient() {
    try {
      System.out.println("READY");
      return Aio.<String>newPromise().join();
    } finally {
      System.out.println("READY");
      Aio.sleep(Duration.ofMillis(500)); // a signal that does nothing leaves no sign to wait for
      System.out.println("cleaned up");
    }
  }

  /**
   * A build in the background of a shell ignores SIGINT, and whatever it starts inherits that,
   * unless this wrapper of GNU's coreutils undoes it.
   */
  private static final List<String> WITH_CTRL_C = withCtrlC();

  private static List<String> withCtrlC() {
    List<String> wrapper = List.of("env", "--default-signal=INT");
    try {
      var probe = new ArrayList<>(wrapper);
      probe.add("true");
      Process process = new ProcessBuilder(probe).redirectErrorStream(true).start();
      return process.waitFor() == 0 ? wrapper : List.of();
    } catch (IOException | InterruptedException none) {
      return List.of();
    }
  }

  private static List<String> run(String program) throws Exception {
    return run(program, "INT");
  }

  private static List<String> run(String program, String signal) throws Exception {
    var command = new ArrayList<>(WITH_CTRL_C);
    command.add(ProcessHandle.current().info().command().orElseThrow());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("--add-") || a.startsWith("--enable-native"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName(),
            program,
            signal));
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    CompletableFuture.delayedExecutor(50, TimeUnit.SECONDS).execute(child::destroyForcibly);
    var lines = new ArrayList<String>();
    try (var out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        if (line.equals("READY")) {
          new ProcessBuilder("kill", "-" + signal, Long.toString(child.pid())).start().waitFor();
        } else {
          lines.add(line);
        }
      }
    }
    assertThat(child.waitFor()).as("%s", lines).isZero();
    return lines;
  }

  @Test
  @Parity({"RUN-6", "AC-runners.9"})
  void inAnIdleLoopItReachesTheCallerAfterTheCleanup() throws Exception {
    assertThat(run("idle"))
        .containsExactly("cleanup", "InterruptedByUserException: interrupted by the user (SIGINT)");
  }

  @Test
  @Parity({"RUN-6", "AC-runners.9"})
  void inABusyLoopToo() throws Exception {
    assertThat(run("busy"))
        .containsExactly("cleanup", "InterruptedByUserException: interrupted by the user (SIGINT)");
  }

  @Test
  @Parity("RUN-6")
  void aMainThatSwallowsItReturnsItsValue() throws Exception {
    assertThat(run("swallows")).containsExactly("returned swallowed interrupted by the user");
  }

  @Test
  @Parity({"RUN-6", "AC-runners.10"})
  void withAnIndependentCancelTheCallerGetsTheCancel() throws Exception {
    assertThat(run("cancelled too")).singleElement().asString().startsWith("CancelledError: ");
  }

  @Test
  @Parity("RUN-6")
  void theSecondOneEndsTheRunAtOnce() throws Exception {
    assertThat(run("second"))
        .containsExactly(
            "cancelled by the shutdown",
            "InterruptedByUserException: interrupted by the user (SIGINT)");
  }

  @Test
  void aTerminationThatIsAskedForDoesTheSame() throws Exception {
    assertThat(run("idle", "TERM"))
        .containsExactly("cleanup", "InterruptedByUserException: terminated (SIGTERM)");
  }

  @Test
  void aFurtherTerminationLeavesTheCleanupAlone() throws Exception {
    assertThat(run("patient", "TERM"))
        .containsExactly("cleaned up", "InterruptedByUserException: terminated (SIGTERM)");
  }
}
