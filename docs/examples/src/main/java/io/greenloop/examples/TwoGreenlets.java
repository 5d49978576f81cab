package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.greenlet.Greenlet;
import org.jspecify.annotations.Nullable;

/** Two greenlets: one is never switched to and never runs; then A and B switch to each other. */
public final class TwoGreenlets {
  private final Greenlet a = new Greenlet(args -> functionA());
  private final Greenlet b = new Greenlet(args -> functionB());

  private TwoGreenlets() {}

  private @Nullable Object functionA() {
    println("in function A");
    b.switchTo();
    println("in function A again");
    return null;
  }

  private @Nullable Object functionB() {
    println("in function B");
    return a.switchTo();
  }

  static void versionOne() {
    var alone =
        new Greenlet(
            args -> {
              println("in function A");
              return null;
            });
    println("start running in main thread");
    alone.switchTo();
    println("main thread resumes here");
  }

  static void versionTwo() {
    var two = new TwoGreenlets();
    println("start running in main thread");
    two.a.switchTo();
    println("main thread resumes here");
    two.b.close(); // it waits for a switch that nobody will make
  }

  /** Runs both versions. */
  public static void main(String[] args) {
    versionOne();
    versionTwo();
  }
}
