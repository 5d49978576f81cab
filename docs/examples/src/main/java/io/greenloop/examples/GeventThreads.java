package io.greenloop.examples;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.ThreadPool;
import java.time.Duration;
import java.util.function.Consumer;

/** Code that blocks, on a pool of threads: three naps at once take as long as one. */
public final class GeventThreads {
  private GeventThreads() {}

  static void run(Consumer<String> out) {
    var pool = new ThreadPool(3);
    for (int i = 0; i < 4; i++) {
      pool.spawn(
          () -> {
            Thread.sleep(50);
            return null;
          });
    }
    Gevent.spawn(() -> out.accept("the loop runs, " + pool.outstanding() + " jobs under way"));
    Gevent.sleep(Duration.ofMillis(1));
    pool.join();
    out.accept("all done, " + pool.outstanding() + " jobs under way");
    pool.kill();
  }

  /** Runs it. */
  public static void main(String[] args) {
    Gevent.run(() -> run(IO::println));
  }
}
