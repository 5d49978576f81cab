package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.internal.vm.Mode;
import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The start-up script that makes a prompt which may wait. */
class JshellTest {
  private static final List<String> FULL_MODE =
      List.of(
          "-R--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
          "-R--add-opens=java.base/java.lang=ALL-UNNAMED");

  @TempDir Path folder;

  private static Path startup() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    return folder.resolve("docs/examples/greenloop.jsh");
  }

  private String typed(String lines) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jshell").toString());
    command.addAll(List.of("-s", "--class-path", "target/classes"));
    command.addAll(List.of("--startup", startup().toString()));
    command.add("-J-Djava.util.prefs.userRoot=" + folder); // it keeps preferences
    if (Mode.isFull()) {
      command.addAll(FULL_MODE);
    }
    command.add("-");
    Path input = Files.writeString(folder.resolve("input"), lines);
    Path output = folder.resolve("output");
    Process shell =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(output.toFile())
            .start();
    assertThat(shell.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  @Test
  @RealTime // a JVM of its own
  @Parity("INT-5")
  void aPromptMayWaitAndTasksGoOnBesideIt() throws Exception {
    String printed =
        typed(
            """
            var queue = new Queue<String>();
            var consumer = start(() -> queue.get() + " " + queue.get());
            await(() -> { queue.put("one"); return null; });
            int answer = await(() -> { sleep(ofMillis(1)); return 42; });
            System.out.println("answer " + answer);
            await(() -> { queue.put("two"); return null; });
            System.out.println(await(consumer));
            var task = await(() -> spawn(() -> { sleep(ofMillis(1)); return "spawned"; }));
            System.out.println(await(task));
            try { await(() -> { throw new java.io.IOException("as it was"); }); } catch (Throwable e) { System.out.println(e); }
            /exit
            """);

    assertThat(printed.lines())
        .containsExactly("answer 42", "one two", "spawned", "java.io.IOException: as it was");
  }
}
