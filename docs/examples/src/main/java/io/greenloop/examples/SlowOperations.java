package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Ten slow operations at once: results in the order of their start, in the time of the slowest. */
public final class SlowOperations {
  private SlowOperations() {}

  private static String slow(int number, int seconds) {
    sleep(Duration.ofSeconds(seconds));
    return number + ": " + seconds + " s";
  }

  static void run(RunOptions options, RandomGenerator random) {
    Aio.run(
        options,
        () -> {
          EventLoop loop = EventLoop.current();
          Duration begin = loop.time();
          List<Task<String>> operations = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            int number = i;
            int seconds = random.nextInt(1, 6);
            operations.add(spawn(() -> slow(number, seconds)));
          }
          gather(operations).join().forEach(result -> println(result));
          println("all: " + loop.time().minus(begin).toSeconds() + " s");
        });
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT, new Random());
  }
}
