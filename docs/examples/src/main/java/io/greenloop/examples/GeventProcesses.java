package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventProcess;
import io.greenloop.gevent.Greenlet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Two processes at once, a greenlet that ticks meanwhile, and a pipe from one process to another.
 */
public final class GeventProcesses {
  private GeventProcesses() {}

  static void run(Consumer<String> out) throws IOException {
    Greenlet<?> ticking = Gevent.every(Duration.ofMillis(20), () -> out.accept("tick"));
    GeventProcess first = GeventProcess.start("sh", "-c", "sleep 0.1; echo first");
    GeventProcess second = GeventProcess.start("sh", "-c", "echo second; exit 3");
    Gevent.await(List.of(first, second));
    ticking.kill();
    out.accept(new String(first.communicate(null).stdout(), UTF_8).strip());
    out.accept(new String(second.communicate(null).stdout(), UTF_8).strip() + " " + second.await());

    try (GeventProcess sort = GeventProcess.start("sort")) {
      var writing =
          Gevent.spawn(
              () -> {
                for (String word : List.of("pear", "apple", "fig")) {
                  sort.stdin().write((word + "\n").getBytes(UTF_8));
                }
                sort.stdin().close();
              });
      out.accept(new String(sort.stdout().readAll(), UTF_8).strip().replace('\n', ' '));
      writing.get();
    }
  }

  /** Runs it. */
  public static void main(String[] args) {
    Gevent.run(() -> run(IO::println));
  }
}
