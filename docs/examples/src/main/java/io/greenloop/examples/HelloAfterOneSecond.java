package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.RunOptions;
import java.time.Duration;

/** Sleeps, returns, prints what was returned. */
public final class HelloAfterOneSecond {
  private HelloAfterOneSecond() {}

  private static String hello() {
    Aio.sleep(Duration.ofSeconds(1));
    return "Hello World!";
  }

  static void run(RunOptions options) {
    println(Aio.<String>run(options, HelloAfterOneSecond::hello));
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
