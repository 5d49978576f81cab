package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.RunOptions;
import java.time.Duration;

/** Two speakers who take turns because each of them waits. */
public final class AliceAndBob {
  private AliceAndBob() {}

  private static void speak(String name) {
    for (int i = 0; i < 3; i++) {
      println(name + " says " + i);
      sleep(Duration.ofSeconds(1));
    }
  }

  static void run(RunOptions options) {
    Aio.run(options, () -> gather(spawn(() -> speak("Alice")), spawn(() -> speak("Bob"))).join());
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
