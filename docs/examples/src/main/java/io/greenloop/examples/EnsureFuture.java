package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import java.time.Duration;

/** A body becomes a future before the loop runs; a task is one already. */
public final class EnsureFuture {
  private EnsureFuture() {}

  private static String helloWorld() {
    Aio.sleep(Duration.ofSeconds(1));
    return "hello world";
  }

  static void run(EventLoop loop) {
    try (loop) {
      LoopFuture<String> future = loop.ensureFuture(EnsureFuture::helloWorld);
      println(loop.runUntilComplete(future));
      println("the same object: " + (loop.ensureFuture(future) == future));
    }
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(EventLoop.create());
  }
}
