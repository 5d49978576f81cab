package io.greenloop.examples;

import static java.lang.IO.println;

import io.greenloop.coroutine.Generator;

/** An endless generator: ten numbers are taken, then it is closed. No loop is needed. */
public final class Fibonacci {
  private Fibonacci() {}

  private static Generator<Integer, Void, Void> fibonacci() {
    return Generator.yielding(
        g -> {
          int a = 0;
          int b = 1;
          try {
            while (true) {
              g.yieldValue(a);
              int next = a + b;
              a = b;
              b = next;
            }
          } finally {
            println("closed");
          }
        });
  }

  static void run() {
    try (var numbers = fibonacci()) {
      for (int i = 0; i < 10; i++) {
        println(numbers.next());
      }
    }
  }

  /** Runs it. */
  public static void main(String[] args) {
    run();
  }
}
