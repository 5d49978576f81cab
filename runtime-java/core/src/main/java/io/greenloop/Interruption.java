package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C during a run: the first one cancels the main task, the second one ends the run at once, or
 * does what {@link RunOptions#whenStuck} says; so does a first one after which the loop does not
 * respond, be it to the cancel or in the middle of the cleanup. A run without a main task is ended
 * by the first one. Puts the earlier handler back at the end. Does nothing where the JDK has no
 * {@code sun.misc.Signal} or does not let us handle SIGINT.
 */
final class Interruption implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 2_000;

  private final EventLoop loop;
  private final @Nullable Task<?> main;
  private final @Nullable Consumer<String> whenStuck;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger signals = new AtomicInteger();
  private final @Nullable Registration installed;

  private Interruption(
      EventLoop loop,
      @Nullable Task<?> main,
      boolean handle,
      @Nullable Consumer<String> whenStuck) {
    this.loop = loop;
    this.main = main;
    this.whenStuck = whenStuck;
    this.installed = handle ? install() : null;
  }

  static Interruption of(Task<?> main, RunOptions options) {
    return new Interruption(
        main.loop(), main, options.handlesInterrupt(), options.whenStuckOrNull());
  }

  /** For a run until stopped. */
  static Interruption of(EventLoop loop, boolean handle) {
    return new Interruption(loop, null, handle, null);
  }

  /**
   * Whether a run on this thread handles Ctrl-C unless told otherwise: the JVM's main thread does.
   */
  static boolean isHandledHere() {
    // By name: its number is not the same in all versions of the JDK (1 in 21, 3 in 25).
    Thread here = Thread.currentThread();
    ThreadGroup group = here.getThreadGroup();
    return here.getName().equals("main") && group != null && group.getName().equals("main");
  }

  /** On the JDK's signal thread. */
  private void onSignal() {
    int nth = signals.incrementAndGet();
    if (nth == 1 && main != null) {
      Task<?> interrupted = main;
      loop.core().post((Runnable) () -> cancel(interrupted), null);
      if (whenStuck != null) {
        Thread.ofPlatform().daemon().name("greenloop-interrupt").start(this::watch);
      }
    } else if (whenStuck != null) {
      whenStuck.accept(StuckReport.of(loop, "interrupted again"));
    } else {
      loop.core().post((Runnable) () -> loop.core().failRun(interrupted(null)), null);
    }
  }

  private static void cancel(Task<?> interrupted) {
    interrupted.cancel("interrupted by the user");
  }

  /** Asks the loop for a sign of life until the run is over: what spins may be the cleanup. */
  private void watch() {
    try {
      boolean responded = true;
      while (responded && closed.getCount() > 0) {
        var heard = new CountDownLatch(1);
        loop.core().post((Runnable) heard::countDown, null);
        responded = heard.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (responded && closed.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
      if (closed.getCount() > 0) {
        String what = "interrupted, but the loop did not respond within 2 s";
        present(whenStuck).accept(StuckReport.of(loop, what));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // a daemon of our own: nobody does this
    }
  }

  /** Throws the interrupt if {@code cancelled} is its doing and nobody else asked for a cancel. */
  void translate(CancelledError cancelled) {
    if (main != null && signals.get() > 0 && main.uncancel() == 0) {
      throw interrupted(cancelled);
    }
  }

  private static InterruptedByUserException interrupted(@Nullable Throwable cause) {
    var interrupted = new InterruptedByUserException("interrupted by the user (SIGINT)");
    interrupted.initCause(cause);
    return interrupted;
  }

  private @Nullable Registration install() {
    try {
      return Signals.install("INT", this::onSignal);
    } catch (IllegalStateException e) {
      return null; // -Xrs, or no jdk.unsupported
    }
  }

  @Override
  public void close() {
    closed.countDown();
    if (installed != null) {
      installed.remove();
    }
  }
}
