package io.greenloop.internal.fiber;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A fiber of portable mode: a virtual thread of its own and a {@link Baton}, so that only one
 * thread of the chain runs.
 *
 * <table>
 *   <caption>Who waits for a baton</caption>
 *   <tr><th>state</th><th>resumer</th><th>suspended</th></tr>
 *   <tr><td>new</td><td>nobody</td><td>nobody</td></tr>
 *   <tr><td>running</td><td>the thread that resumed it</td><td>nobody</td></tr>
 *   <tr><td>suspended</td><td>nobody</td><td>its own thread, or that of a fiber nested in it</td></tr>
 *   <tr><td>done</td><td>nobody</td><td>nobody</td></tr>
 * </table>
 */
final class TwinFiber implements Fiber {
  /** The fiber whose own thread this is. */
  private static final ThreadLocal<@Nullable TwinFiber> INNERMOST = new ThreadLocal<>();

  /** The fiber that a thread has resumed and waits for: for reports from outside. */
  static final Map<Thread, TwinFiber> RESUMED = new ConcurrentHashMap<>();

  private final Object owner;
  private final boolean greenlet;
  private @Nullable Runnable body;
  private @Nullable Thread own;
  private @Nullable Baton resumer;
  private @Nullable Baton suspended;

  /** The fiber whose code resumed us, null for the host's. */
  private @Nullable TwinFiber outer;

  private @Nullable Thread suspendedThread;
  private volatile boolean done;

  TwinFiber(Object owner, Runnable body, boolean greenlet) {
    this.owner = owner;
    this.body = body;
    this.greenlet = greenlet;
  }

  @Override
  public void resume() {
    outer = INNERMOST.get();
    Baton back = new Baton(Thread.currentThread());
    resumer = back;
    Thread twin = own;
    if (twin == null) {
      twin = start();
    }
    Baton target = Objects.requireNonNull(suspended);
    suspended = null;
    suspendedThread = null;
    Thread resumer = Thread.currentThread();
    RESUMED.put(resumer, this);
    target.pass();
    back.await(twin);
    RESUMED.remove(resumer);
  }

  /** Makes the thread; it waits for its first baton like a suspended one. */
  private Thread start() {
    Baton[] first = new Baton[1];
    Thread twin = Thread.ofVirtual().name(owner.toString()).unstarted(() -> run(first[0]));
    first[0] = new Baton(twin);
    own = twin;
    suspended = first[0];
    twin.start();
    return twin;
  }

  private void run(Baton first) {
    INNERMOST.set(this);
    first.await(null);
    Runnable code = Objects.requireNonNull(body);
    body = null;
    try {
      code.run();
    } finally {
      done = true;
      Objects.requireNonNull(resumer).pass();
    }
  }

  @Override
  public void suspend() {
    Baton mine = new Baton(Thread.currentThread());
    Baton target = Objects.requireNonNull(resumer);
    resumer = null;
    suspended = mine;
    suspendedThread = Thread.currentThread();
    target.pass();
    mine.await(null);
  }

  @Override
  public void checkInside() {
    for (TwinFiber fiber = INNERMOST.get(); fiber != this; fiber = fiber.outer) {
      if (fiber == null) {
        throw Refusal.outside(owner);
      }
      if (fiber.greenlet && !greenlet) {
        throw Refusal.acrossGreenlet(owner);
      }
    }
  }

  @Override
  public boolean isDone() {
    return done;
  }

  @Override
  public StackTraceElement[] stackTrace() {
    Thread thread = suspendedThread;
    if (thread == null) {
      return new StackTraceElement[0];
    }
    return Arrays.stream(thread.getStackTrace())
        .dropWhile(frame -> !frame.getClassName().equals(TwinFiber.class.getName()))
        .takeWhile(
            frame ->
                !frame.getMethodName().equals("run")
                    || !frame.getClassName().equals(TwinFiber.class.getName()))
        .toArray(StackTraceElement[]::new);
  }

  Object owner() {
    return owner;
  }

  @Nullable Thread thread() {
    return own;
  }

  @Override
  public String toString() {
    return "Fiber of " + owner;
  }
}
