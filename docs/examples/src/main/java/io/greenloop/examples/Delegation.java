package io.greenloop.examples;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.Awaitable;
import io.greenloop.RunOptions;
import io.greenloop.coroutine.Generator;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Generator-based coroutines, as before {@code async} and {@code await}: the loop drives the outer
 * one, which delegates to another that ends with a return value.
 */
public final class Delegation {
  private Delegation() {}

  private static Generator<Awaitable<?>, @Nullable Object, Integer> compute(int x, int y) {
    return Generator.of(
        g -> {
          println("Compute " + x + " + " + y);
          g.yieldValue(spawn(() -> sleep(Duration.ofSeconds(1))));
          return x + y;
        });
  }

  private static Generator<Awaitable<?>, @Nullable Object, @Nullable Void> printSum(int x, int y) {
    return Generator.of(
        g -> {
          int result = g.yieldFrom(compute(x, y));
          println("Result: " + result);
          return null;
        });
  }

  static void run(RunOptions options) {
    Aio.run(options, () -> Aio.coroutine(printSum(1, 2)).join());
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
