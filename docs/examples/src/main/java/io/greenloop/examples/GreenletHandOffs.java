package io.greenloop.examples;

import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.run;
import static io.greenloop.Aio.sleep;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static java.lang.IO.println;

import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.RunOptions;
import io.greenloop.TimerHandle;
import io.greenloop.greenlet.Bridge;
import io.greenloop.greenlet.Greenlet;
import io.greenloop.greenlet.Hub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.swing.SwingUtilities;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/** Greenlets that wait for events; {@code greenlet-hand-offs.py} is the original. */
@NullUnmarked // a switch carries anything, as in Python
public final class GreenletHandOffs {
  private GreenletHandOffs() {}

  // 1: a worker registers itself with the loop, and switches to the hub
  private static int sleepInHub(int millis) {
    EventLoop loop = EventLoop.current();
    return Hub.suspend(
        resumer -> loop.callLater(Duration.ofMillis(millis), () -> resumer.resume(millis)));
  }

  private static void hubHandOff(RunOptions options) {
    run(
        options,
        () -> {
          Promise<@Nullable Object> a = newPromise();
          Promise<@Nullable Object> b = newPromise();
          EventLoop.current().callSoon(() -> worker("a", 20, a).switchTo());
          EventLoop.current().callSoon(() -> worker("b", 10, b).switchTo());
          a.join();
          b.join();
        });
  }

  private static Greenlet worker(String name, int millis, Promise<@Nullable Object> done) {
    return new Greenlet(
        args -> {
          println("1 " + name + " woke after " + sleepInHub(millis));
          return done.tryComplete(null);
        });
  }

  // 4: a synchronous library over an asynchronous driver
  private static LoopFuture<String> send(String text) {
    return spawn(
        () -> {
          sleep(Duration.ofMillis(1));
          if (text.equals("drop")) {
            throw new IllegalArgumentException("connection lost");
          }
          return "row of " + text;
        });
  }

  private static String query(String text) {
    return Bridge.await(send(text));
  }

  private static String session() {
    String rows = query("users") + ", " + query("orders");
    try {
      return rows + query("drop");
    } catch (IllegalArgumentException e) {
      return rows + ", " + e.getMessage();
    }
  }

  private static void bridge(RunOptions options) {
    String rows = run(options, () -> Bridge.run(GreenletHandOffs::session).join());
    println("4 " + rows);
  }

  // 5: an asynchronous task waits for a greenlet
  private static void toFuture(RunOptions options) {
    run(
        options,
        () -> {
          Greenlet hub = Greenlet.current();
          var g =
              new Greenlet(
                  args -> {
                    int total = 0;
                    for (int i = 0; i < 3; i++) {
                      total += (int) hub.switchTo();
                    }
                    return total;
                  });
          LoopFuture<@Nullable Object> future = g.toFuture();
          var waiter = spawn(() -> println("5 the greenlet made " + future.join()));
          g.switchTo();
          for (int part : List.of(10, 20, 12)) {
            yieldNow();
            g.switchTo(part);
          }
          waiter.join();
        });
  }

  // 8: a timer throws into a greenlet
  private static void inject(RunOptions options) {
    run(
        options,
        () -> {
          Promise<@Nullable Object> done = newPromise();
          EventLoop.current().callSoon(() -> impatient(done).switchTo());
          done.join();
        });
  }

  private static Greenlet impatient(Promise<@Nullable Object> done) {
    return new Greenlet(
        args -> {
          Greenlet hub = Greenlet.current().getParent();
          Greenlet me = Greenlet.current();
          EventLoop loop = EventLoop.current();
          TimerHandle wake = loop.callLater(Duration.ofSeconds(1), me::switchTo);
          loop.callLater(
              Duration.ofMillis(5), () -> me.throwInto(new TimeoutException("too late")));
          try {
            return hub.switchTo();
          } catch (Exception e) { // javac sees no throws clause
            return caught(e);
          } finally {
            println("8 cleaned up");
            wake.cancel();
            done.tryComplete(null);
          }
        });
  }

  private static @Nullable Object caught(Exception e) {
    println("8 caught: " + e.getMessage());
    return null;
  }

  // 10: a modal dialog in the event loop of Swing, which is the host
  private static String ask(String question) {
    println("10 asks: " + question);
    Greenlet handler = Greenlet.current();
    SwingUtilities.invokeLater(() -> handler.switchTo("OK"));
    return (String) handler.getParent().switchTo();
  }

  private static void dialog() throws InterruptedException {
    var closed = new CountDownLatch(1);
    var handler =
        (Runnable)
            () ->
                new Greenlet(
                        args -> {
                          println("10 answer: " + ask("delete it?"));
                          closed.countDown();
                          return null;
                        })
                    .switchTo();
    SwingUtilities.invokeLater( // both from there, so that their order is certain
        () -> {
          SwingUtilities.invokeLater(handler);
          SwingUtilities.invokeLater(() -> println("10 the window is painted"));
        });
    closed.await();
  }

  // 15: what answers by a callback, called as if it returned
  private static void add(int a, int b, Consumer<Integer> answer) {
    EventLoop.current().callLater(Duration.ofMillis(3), () -> answer.accept(a + b));
  }

  private static void callbackToSync(RunOptions options) {
    int sum = run(options, () -> Greenlet.<Integer>callSync(answer -> add(3, 4, answer)));
    println("15 3 + 4 = " + sum);
  }

  static void runAll(RunOptions options) throws InterruptedException {
    hubHandOff(options);
    bridge(options);
    toFuture(options);
    inject(options);
    dialog();
    callbackToSync(options);
  }

  /** Runs all of them. */
  public static void main(String[] args) throws InterruptedException {
    runAll(RunOptions.DEFAULT);
  }
}
