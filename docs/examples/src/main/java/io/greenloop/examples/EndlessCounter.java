package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.InterruptedByUserException;
import io.greenloop.Task;
import java.time.Duration;

/** Counts until it is cancelled: by a timer of the loop, or by Ctrl-C. */
public final class EndlessCounter {
  private EndlessCounter() {}

  private static void count() {
    try {
      for (int n = 0; ; n++) {
        println("counting " + n);
        Aio.sleep(Duration.ofSeconds(1));
      }
    } finally {
      println("counter: cleaned up");
    }
  }

  static void run(EventLoop loop, Duration limit) {
    Task<?> counter = loop.spawn(EndlessCounter::count);
    loop.callLater(limit, counter::cancel);
    loop.callLater(limit.plusSeconds(1), () -> println("the loop goes on"));
    loop.callLater(limit.plusSeconds(2), loop::stop);
    try {
      loop.runForever();
      println("stopped");
    } catch (InterruptedByUserException e) {
      println("interrupted");
      counter.cancel();
      try {
        loop.runUntilComplete(counter);
      } catch (CancelledError expected) {
        println("counter: " + counter.state());
      }
    } finally {
      loop.close();
      println("closed");
    }
  }

  /** Runs it in real time; the first argument is the limit in seconds, 5 if there is none. */
  public static void main(String[] args) {
    run(EventLoop.create(), Duration.ofSeconds(args.length > 0 ? Long.parseLong(args[0]) : 5));
  }
}
