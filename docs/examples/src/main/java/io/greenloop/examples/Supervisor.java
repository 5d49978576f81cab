package io.greenloop.examples;

import static io.greenloop.Aio.sleep;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.TaskGroup;
import io.greenloop.process.AsyncProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps programs running: one that fails is started again, after a pause that doubles each time;
 * one that ends well is done. A cancel, by Ctrl-C for example, stops all of them.
 */
public final class Supervisor {
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Duration firstPause;
  private final int mostRestarts;

  /** A program is given up when it has failed after {@code mostRestarts} restarts. */
  public Supervisor(Duration firstPause, int mostRestarts) {
    this.firstPause = firstPause;
    this.mostRestarts = mostRestarts;
  }

  /** Runs the programs, by their names, until all of them are done or given up. In a task. */
  public void run(Map<String, List<String>> programs) {
    TaskGroup.run(
        group -> {
          programs.forEach((name, command) -> group.spawn(() -> keep(name, command)));
        });
  }

  private void keep(String name, List<String> command) throws IOException {
    Duration pause = firstPause;
    for (int restarts = 0; ; restarts++) {
      int code = watch(name, command);
      if (code == 0) {
        println(name + ": done");
        return;
      }
      if (restarts == mostRestarts) {
        println(name + ": given up, ended with " + code);
        return;
      }
      println(name + ": ended with " + code + ", starts again in " + pause.toMillis() + " ms");
      sleep(pause);
      pause = pause.multipliedBy(2);
    }
  }

  private static int watch(String name, List<String> command) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    try (AsyncProcess program = Aio.process(builder)) {
      try {
        program.stdin().shutdownOutput();
        for (ByteBuffer line : program.stdout().lines()) {
          println(name + "| " + StandardCharsets.UTF_8.decode(line).toString().stripTrailing());
        }
        return program.join();
      } catch (CancelledError cancelled) {
        program.stop(GRACE);
        println(name + ": stopped");
        throw cancelled;
      }
    }
  }

  /** Keeps the shell commands that are its arguments running. */
  public static void main(String[] args) {
    var programs = new LinkedHashMap<String, List<String>>();
    for (String line : args) {
      programs.put(line.split(" ", 2)[0], List.of("/bin/sh", "-c", line));
    }
    Aio.run(() -> new Supervisor(Duration.ofMillis(100), 5).run(programs));
  }
}
