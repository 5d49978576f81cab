package io.greenloop.examples;

import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.Awaitable;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.RunOptions;
import io.greenloop.coroutine.Generator;
import io.greenloop.eventlet.Eventlet;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One job in five forms: read a value (which takes a second), double it, report it. One of the two
 * inputs is no number: each form has its own way to say so.
 */
public final class FiveForms {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private FiveForms() {}

  private static int twice(String text) {
    return Integer.parseInt(text) * 2;
  }

  /** Callback: success and failure go to whom the caller names; nobody waits. */
  private static void callbackForm(
      String input, IntConsumer onResult, Consumer<RuntimeException> onFailure) {
    EventLoop.current()
        .callLater(
            SECOND,
            () -> {
              try {
                onResult.accept(twice(input));
              } catch (NumberFormatException e) {
                onFailure.accept(e);
              }
            });
  }

  /** Future: the result can be handed around before it is there. */
  private static LoopFuture<Integer> futureForm(String input) {
    Promise<Integer> future = Aio.newPromise();
    callbackForm(input, future::complete, future::completeExceptionally);
    return future;
  }

  /** Generator-based coroutine: each yield is a wait, the loop sends the result in. */
  private static Generator<Awaitable<?>, @Nullable Object, Integer> generatorForm(String input) {
    return Generator.of(
        g -> {
          g.yieldValue(spawn(() -> sleep(SECOND)));
          return twice(input);
        });
  }

  /** Coroutine: reads like plain code. */
  private static int coroutineForm(String input) {
    sleep(SECOND);
    return twice(input);
  }

  /** Green thread: the same with eventlet's functions. */
  private static int greenForm(String input) {
    Eventlet.sleep(SECOND);
    return twice(input);
  }

  private static void report(String form, Callable<Integer> job) throws Exception {
    try {
      println(form + ": " + job.call());
    } catch (NumberFormatException e) {
      println(form + ": failed, " + e.getMessage());
    }
  }

  private static void allForms(String input) throws Exception {
    callbackForm(
        input,
        result -> println("callback: " + result),
        failure -> println("callback: failed, " + failure.getMessage()));
    sleep(SECOND.multipliedBy(2));
    report("future", () -> futureForm(input).join());
    report("generator", () -> Aio.coroutine(generatorForm(input)).join());
    report("coroutine", () -> spawn(() -> coroutineForm(input)).join());
    report("green thread", () -> Eventlet.spawn(() -> greenForm(input)).await());
  }

  static void run(RunOptions options) {
    Aio.run(
        options,
        () -> {
          allForms("21");
          allForms("one");
        });
  }

  /** Runs it in real time. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT);
  }
}
