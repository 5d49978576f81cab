package io.greenloop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C during a run: the first one cancels the main task, the second one ends the run at once. A
 * run without a main task is ended by the first one. Puts the earlier handler back at the end. Does
 * nothing where the JDK has no {@code sun.misc.Signal} or does not let us handle SIGINT.
 */
final class Interruption implements AutoCloseable {
  private final EventLoop loop;
  private final @Nullable Task<?> main;
  private final AtomicInteger signals = new AtomicInteger();
  private final @Nullable Restore restore;

  @FunctionalInterface
  private interface Restore {
    void run() throws ReflectiveOperationException;
  }

  private Interruption(EventLoop loop, @Nullable Task<?> main, boolean handle) {
    this.loop = loop;
    this.main = main;
    this.restore = handle ? install() : null;
  }

  static Interruption of(Task<?> main, boolean handle) {
    return new Interruption(main.loop(), main, handle);
  }

  /** For a run until stopped. */
  static Interruption of(EventLoop loop, boolean handle) {
    return new Interruption(loop, null, handle);
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
    if (signals.incrementAndGet() == 1 && main != null) {
      loop.queue(() -> main.cancel("interrupted by the user"), null);
    } else {
      loop.queue(() -> loop.core().failRun(interrupted(null)), null);
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
