package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C during a run: the first one cancels the main task, the second one ends the run at once, or
 * does what {@link RunOptions#whenStuck} says; so does a first one that the loop does not hear. A
 * run without a main task is ended by the first one. Puts the earlier handler back at the end. Does
 * nothing where the JDK has no {@code sun.misc.Signal} or does not let us handle SIGINT.
 */
final class Interruption implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 2_000;

  private final EventLoop loop;
  private final @Nullable Task<?> main;
  private final @Nullable Consumer<String> whenStuck;
  private final CountDownLatch heard = new CountDownLatch(1);
  private final AtomicInteger signals = new AtomicInteger();
  private final @Nullable Restore restore;

  @FunctionalInterface
  private interface Restore {
    void run() throws ReflectiveOperationException;
  }

  private Interruption(
      EventLoop loop,
      @Nullable Task<?> main,
      boolean handle,
      @Nullable Consumer<String> whenStuck) {
    this.loop = loop;
    this.main = main;
    this.whenStuck = whenStuck;
    this.restore = handle ? install() : null;
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
      loop.queue(() -> cancel(interrupted), null);
      if (whenStuck != null) {
        Thread.ofPlatform().daemon().name("greenloop-interrupt").start(this::watch);
      }
    } else if (whenStuck != null) {
      whenStuck.accept(StuckReport.of(loop, "interrupted again"));
    } else {
      loop.queue(() -> loop.core().failRun(interrupted(null)), null);
    }
  }

  private void cancel(Task<?> interrupted) {
    heard.countDown();
    interrupted.cancel("interrupted by the user");
  }

  private void watch() {
    try {
      if (!heard.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
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

  // By reflection: the module jdk.unsupported may be absent, and javac warns of the direct use.
  private @Nullable Restore install() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object sigint = signal.getConstructor(String.class).newInstance("INT");
      Object ours =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, args) -> {
                if (method.getName().equals("handle")) {
                  onSignal();
                }
                return method.getName().equals("hashCode") ? System.identityHashCode(proxy) : null;
              });
      var handle = signal.getMethod("handle", signal, handler);
      Object before = handle.invoke(null, sigint, ours);
      return () -> handle.invoke(null, sigint, before);
    } catch (ClassNotFoundException e) {
      return null;
    } catch (InvocationTargetException e) {
      return null; // the JVM keeps the signal for itself (-Xrs)
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("sun.misc.Signal is not what it was", e);
    }
  }

  @Override
  public void close() {
    if (restore == null) {
      return;
    }
    try {
      restore.run();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the earlier SIGINT handler could not be put back", e);
    }
  }
}
