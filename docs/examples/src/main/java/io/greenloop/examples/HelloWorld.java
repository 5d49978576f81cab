package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.EventLoop;
import io.greenloop.Task;

/** A task made on a loop that does not run yet. */
public final class HelloWorld {
  private HelloWorld() {}

  static void run(EventLoop loop) {
    try (loop) {
      Task<String> task = loop.spawn(() -> "hello world");
      println(loop.runUntilComplete(task));
    }
  }

  /** Runs it. */
  public static void main(String[] args) {
    run(EventLoop.create());
  }
}
