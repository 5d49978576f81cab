package io.greenloop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Signals of the operating system. For each there is a stack of handlers: the last one installed
 * gets it; when all are gone, what the JVM did before is put back. Any thread.
 */
final class Signals {
  private static final Map<String, Signals> HANDLED = new HashMap<>();

  private final List<Runnable> handlers = new ArrayList<>();
  private final Object signal;
  private @Nullable Object before;

  private Signals(Object signal) {
    this.signal = signal;
  }

  /**
   * Has {@code handler} called on the JDK's signal thread each time signal {@code name} arrives.
   *
   * @param name without SIG: {@code INT}, {@code TERM}
   * @throws IllegalArgumentException if there is no such signal here
   * @throws IllegalStateException if the JVM or the operating system keeps the signal, or if this
   *     JDK has no {@code sun.misc.Signal}
   */
  static Registration install(String name, Runnable handler) {
    synchronized (HANDLED) {
      Signals of = HANDLED.get(name);
      if (of == null) {
        of = new Signals(signal(name));
        of.before = of.set(name, of.face());
        HANDLED.put(name, of);
      }
      of.handlers.add(handler);
    }
    return () -> remove(name, handler);
  }

  private static boolean remove(String name, Runnable handler) {
    synchronized (HANDLED) {
      Signals of = HANDLED.get(name);
      if (of == null || !of.handlers.remove(handler)) {
        return false;
      }
      if (of.handlers.isEmpty()) {
        HANDLED.remove(name);
        of.set(name, of.before);
      }
      return true;
    }
  }

  private void arrived() {
    Runnable last;
    synchronized (HANDLED) {
      last = handlers.isEmpty() ? null : handlers.getLast();
    }
    if (last != null) {
      last.run();
    }
  }

  // By reflection: the module jdk.unsupported may be absent, and javac warns of the direct use.
  private static Object signal(String name) {
    try {
      return Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          "no signal '" + name + "' on this system (expected a name such as INT, TERM, HUP)",
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK has no sun.misc.Signal; add jdk.unsupported", e);
    }
  }

  private Object face() {
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      return Proxy.newProxyInstance(
          type.getClassLoader(),
          new Class<?>[] {type},
          (proxy, method, args) ->
              switch (method.getName()) {
                case "handle" -> {
                  arrived();
                  yield null;
                }
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == args[0];
                default -> "Greenloop's handler of " + signal;
              });
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("this JDK has no sun.misc.Signal; add jdk.unsupported", e);
    }
  }

  /** Makes {@code handler} the JVM's; returns the one before. */
  private @Nullable Object set(String name, @Nullable Object handler) {
    try {
      return signal
          .getClass()
          .getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"))
          .invoke(null, signal, handler);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(
          "signal '" + name + "' cannot be handled: the JVM or the operating system keeps it",
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("sun.misc.Signal is not what it was", e);
    }
  }
}
