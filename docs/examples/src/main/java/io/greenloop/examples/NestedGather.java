package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.RunOptions;
import java.util.List;

/** A main body that makes two others and waits for both. */
public final class NestedGather {
  private NestedGather() {}

  private static int nested() {
    println("Running");
    return 42;
  }

  private static List<Integer> outer() {
    println("Creating");
    var first = spawn(NestedGather::nested);
    var second = spawn(NestedGather::nested);
    println("Waiting");
    return gather(first, second).join();
  }

  static void run(RunOptions options) {
    println(Aio.<List<Integer>>run(options, NestedGather::outer));
  }

  /** Runs it. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
