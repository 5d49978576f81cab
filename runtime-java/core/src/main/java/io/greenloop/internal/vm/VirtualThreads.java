package io.greenloop.internal.vm;

import static io.greenloop.internal.check.Known.present;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Virtual threads whose scheduler is ours, and the carrier below the current one. The only class
 * that reaches into {@code java.lang}; every method but {@link #unavailable} needs {@link
 * Mode#FULL}.
 */
public final class VirtualThreads {
  private static final @Nullable MethodHandle NEW_THREAD;
  private static final @Nullable MethodHandle CURRENT_CARRIER;
  private static final @Nullable Executor DEFAULT_SCHEDULER;
  private static final @Nullable MethodHandle CONTINUATION;
  private static final @Nullable String UNAVAILABLE;

  static {
    MethodHandle newThread = null;
    MethodHandle currentCarrier = null;
    MethodHandle continuation = null;
    Executor defaultScheduler = null;
    String unavailable = null;
    try {
      var lookup = MethodHandles.lookup();
      Method create =
          Class.forName("java.lang.ThreadBuilders")
              .getDeclaredMethod(
                  "newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
      newThread =
          lookup
              .unreflect(opened(create))
              .asType(
                  MethodType.methodType(
                      Thread.class, Executor.class, String.class, int.class, Runnable.class));
      currentCarrier =
          lookup.unreflect(opened(Thread.class.getDeclaredMethod("currentCarrierThread")));
      var field = Thread.class.getDeclaredField("cont");
      field.setAccessible(true);
      continuation =
          lookup.unreflectGetter(field).asType(MethodType.methodType(Object.class, Thread.class));
      defaultScheduler =
          (Executor)
              opened(Class.forName("java.lang.VirtualThread").getDeclaredMethod("defaultScheduler"))
                  .invoke(null);
    } catch (ReflectiveOperationException | RuntimeException e) {
      unavailable = "this JDK lets virtual threads have no scheduler of ours (" + e + ")";
    }
    NEW_THREAD = newThread;
    CURRENT_CARRIER = currentCarrier;
    CONTINUATION = continuation;
    DEFAULT_SCHEDULER = defaultScheduler;
    UNAVAILABLE = unavailable;
  }

  /** Not final, so that it is never inlined. */
  @SuppressWarnings("FieldMayBeFinal")
  private static MethodHandle yieldHandle = findYield();

  private VirtualThreads() {}

  private static MethodHandle findYield() {
    try {
      return MethodHandles.lookup()
          .findStatic(Thread.class, "yield", MethodType.methodType(void.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static Method opened(Method member) {
    ((AccessibleObject) member).setAccessible(true);
    return member;
  }

  /** Why this JVM does not give access, or null when it does. */
  static @Nullable String unavailable() {
    return UNAVAILABLE;
  }

  /** A new, unstarted virtual thread that {@code scheduler} runs. */
  public static Thread unstarted(Executor scheduler, Runnable body) {
    try {
      return (Thread) present(NEW_THREAD).invokeExact(scheduler, (String) null, 0, body);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The platform thread that carries the calling thread: itself, unless it is virtual. */
  public static Thread currentCarrier() {
    try {
      return (Thread) present(CURRENT_CARRIER).invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /**
   * The innermost continuation that runs on {@code carrier} at this moment, or null. Any thread:
   * out of date at once.
   */
  public static @Nullable Object continuationOn(Thread carrier) {
    try {
      return (@Nullable Object) present(CONTINUATION).invokeExact(carrier);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The scheduler of virtual threads that nobody gave another one. */
  public static Executor defaultScheduler() {
    return present(DEFAULT_SCHEDULER);
  }

  /**
   * {@link Thread#yield} of the thread that really runs this.
   *
   * <p>A generator's body may move from one thread to another where it yields. The JIT compiler
   * does not know that and takes the current thread of before for the current thread of after, all
   * over the body and what is inlined into it. The call through a handle that is no constant is
   * compiled apart, and asks again. (Without it: a wait after a move suspends the wrong thread, and
   * hangs once the body is compiled.)
   */
  public static void yieldAfresh() {
    try {
      yieldHandle.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static Error unexpected(Throwable e) {
    if (e instanceof Error error) {
      return error;
    }
    if (e instanceof RuntimeException runtime) {
      throw runtime;
    }
    return new AssertionError("java.lang refused a call it allowed at start", e);
  }
}
