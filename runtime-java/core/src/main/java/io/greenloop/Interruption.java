package io.greenloop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C during a run: the first one cancels the main task, the second one ends the run at once, or
 * does what {@link RunOptions#whenStuck} says; so does a first one after which the loop does not
 * respond, be it to the cancel or in the middle of the cleanup. A run without a main task is ended
 * by the first one. SIGTERM does the same where {@link RunOptions#handleTermination} asks for it,
 * once: {@code timeout} sends it twice. Puts the earlier handler back at the end. Does nothing
 * where the JDK has no {@code sun.misc.Signal} or does not let us handle the signal.
 */
final class Interruption implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 2_000;

  private final EventLoop loop;
  private final @Nullable Task<?> main;
  private final @Nullable Consumer<String> whenStuck;
  private final @Nullable Consumer<String> whenTerminationStuck;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicReference<@Nullable Signal> first = new AtomicReference<>();
  private final List<Registration> installed = new ArrayList<>();

  private enum Signal {
    INT("interrupted", "interrupted by the user"),
    TERM("terminated", "terminated");

    private final String done;
    private final String reason;

    Signal(String done, String reason) {
      this.done = done;
      this.reason = reason;
    }
  }

  private Interruption(
      EventLoop loop,
      @Nullable Task<?> main,
      boolean handle,
      @Nullable Consumer<String> whenStuck,
      @Nullable Consumer<String> whenTerminationStuck) {
    this.loop = loop;
    this.main = main;
    this.whenStuck = whenStuck;
    this.whenTerminationStuck = whenTerminationStuck;
    if (handle) {
      install(Signal.INT);
    }
    if (whenTerminationStuck != null) {
      install(Signal.TERM);
    }
  }

  static Interruption of(Task<?> main, RunOptions options) {
    return new Interruption(
        main.loop(),
        main,
        options.handlesInterrupt(),
        options.whenStuckOrNull(),
        options.whenTerminationStuckOrNull());
  }

  /** For a run until stopped. */
  static Interruption of(EventLoop loop, boolean handle) {
    return new Interruption(loop, null, handle, null, null);
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
  private void onSignal(Signal signal) {
    boolean isFirst = first.compareAndSet(null, signal);
    if (isFirst && main != null) {
      Task<?> interrupted = main;
      loop.core().post((Runnable) () -> interrupted.cancel(signal.reason), null);
      Consumer<String> stuck = signal == Signal.TERM ? whenTerminationStuck : whenStuck;
      if (stuck != null) {
        Thread.ofPlatform().daemon().name("greenloop-interrupt").start(() -> watch(signal, stuck));
      }
    } else if (signal == Signal.INT && whenStuck != null) {
      whenStuck.accept(StuckReport.of(loop, "interrupted again"));
    } else if (signal == Signal.INT) {
      loop.core().post((Runnable) () -> loop.core().failRun(interrupted(signal, null)), null);
    }
  }

  /** Asks the loop for a sign of life until the run is over: what spins may be the cleanup. */
  private void watch(Signal signal, Consumer<String> stuck) {
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
        String what = signal.done + ", but the loop did not respond within 2 s";
        stuck.accept(StuckReport.of(loop, what));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // a daemon of our own: nobody does this
    }
  }

  /** Throws the interrupt if {@code cancelled} is its doing and nobody else asked for a cancel. */
  void translate(CancelledError cancelled) {
    Signal signal = first.get();
    if (main != null && signal != null && main.uncancel() == 0) {
      throw interrupted(signal, cancelled);
    }
  }

  private static InterruptedByUserException interrupted(Signal signal, @Nullable Throwable cause) {
    var interrupted =
        new InterruptedByUserException(
            signal.reason + " (SIG" + signal + ")", signal == Signal.TERM);
    interrupted.initCause(cause);
    return interrupted;
  }

  private void install(Signal signal) {
    try {
      installed.add(Signals.install(signal.name(), () -> onSignal(signal)));
    } catch (IllegalStateException e) {
      return; // -Xrs, or no jdk.unsupported
    }
  }

  @Override
  public void close() {
    closed.countDown();
    installed.forEach(Registration::remove);
  }
}
