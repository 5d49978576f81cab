package io.greenloop.greenlet;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Debug mode: what a greenlet must not take along when it switches away. It walks the stack at each
 * switch, and reports a place once.
 *
 * <p>A monitor is found wherever it was entered; a lock if a frame has it in a variable, or in a
 * field of the object whose method it is. In portable mode only bindings are found: the rest takes
 * {@code --add-opens java.base/java.lang}.
 */
final class Safety {
  static final boolean DEBUG = Boolean.getBoolean("greenloop.debug");

  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();
  private static final String BINDING = "java.lang.ScopedValue$Carrier";
  private static final String BOTTOM = Greenlet.class.getName() + "$Root";

  private Safety() {}

  /** Reports what {@code leaving}, whose code calls this, holds. */
  static void check(Greenlet leaving) {
    List<StackFrame> frames = LiveFrames.WALKER.walk(Safety::ownFrames);
    for (int i = 0; i < frames.size(); i++) {
      StackFrame frame = frames.get(i);
      for (@Nullable Object monitor : LiveFrames.monitors(frame)) {
        if (monitor != null) { // null: it was entered there, and left
          report(
              leaving,
              "holds the monitor of " + monitor.getClass().getName(),
              frame,
              "one of its host that enters it hangs the host; leave the synchronized block before");
        }
      }
      if (holdsLock(frame)) {
        report(
            leaving,
            "holds a ReentrantLock",
            frame,
            "the others of its host enter it as if it were theirs; unlock before, or use"
                + " GreenLock");
      }
      if (frame.getClassName().equals(BINDING) && i + 1 < frames.size()) {
        report(
            leaving,
            "has bound a ScopedValue",
            frames.get(i + 1),
            "a binding does not follow switches; use ContextVar or GreenletLocal");
      }
    }
  }

  private static List<StackFrame> ownFrames(Stream<StackFrame> stack) {
    return stack
        .takeWhile(frame -> !frame.getClassName().equals(BOTTOM))
        .collect(Collectors.toList());
  }

  private static void report(Greenlet leaving, String what, StackFrame frame, String advice) {
    if (REPORTED.add(what + frame)) {
      System.getLogger("io.greenloop")
          .log(
              System.Logger.Level.WARNING,
              leaving + " switches away while it " + what + " at " + frame + ": " + advice);
    }
  }

  private static boolean holdsLock(StackFrame frame) {
    @Nullable Object[] variables = LiveFrames.variables(frame);
    for (@Nullable Object variable : variables) {
      if (isHeld(variable)) {
        return true;
      }
    }
    return variables.length > 0 && hasHeldField(variables[0], frame.getClassName());
  }

  private static boolean isHeld(@Nullable Object value) {
    return (value instanceof ReentrantLock lock && lock.isHeldByCurrentThread())
        || (value instanceof ReentrantReadWriteLock both && both.isWriteLockedByCurrentThread());
  }

  private static boolean hasHeldField(@Nullable Object owner, String type) {
    if (owner == null || !owner.getClass().getName().equals(type)) {
      return false; // not the object whose method it is, or a class above it
    }
    Field[] fields;
    try {
      fields = owner.getClass().getDeclaredFields();
    } catch (LinkageError absent) { // the type of one is not there
      return false;
    }
    for (Field field : fields) {
      if (!Modifier.isStatic(field.getModifiers()) && field.trySetAccessible()) {
        try {
          if (isHeld(field.get(owner))) {
            return true;
          }
        } catch (IllegalAccessException e) {
          throw new AssertionError(e); // it was made accessible
        }
      }
    }
    return false;
  }

  /** The frames of the JDK that know their monitors and variables. Nothing else touches them. */
  private static final class LiveFrames {
    private static final @Nullable Method MONITORS = method("getMonitors");
    private static final @Nullable Method VARIABLES = method("getLocals");
    static final StackWalker WALKER =
        Optional.ofNullable(method("getStackWalker"))
            .map(factory -> (StackWalker) call(factory, null))
            .orElseGet(StackWalker::getInstance);

    private static @Nullable Method method(String name) {
      try {
        Method found = Class.forName("java.lang.LiveStackFrame").getDeclaredMethod(name);
        return found.trySetAccessible() ? found : null;
      } catch (ReflectiveOperationException e) {
        return null; // another JDK: what it shows is less
      }
    }

    static @Nullable Object[] monitors(StackFrame frame) {
      return MONITORS == null ? new Object[0] : (@Nullable Object[]) call(MONITORS, frame);
    }

    static @Nullable Object[] variables(StackFrame frame) {
      return VARIABLES == null ? new Object[0] : (@Nullable Object[]) call(VARIABLES, frame);
    }

    private static Object call(Method method, @Nullable Object target) {
      try {
        return method.invoke(target);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(method + " of a stack frame failed", e);
      }
    }
  }
}
