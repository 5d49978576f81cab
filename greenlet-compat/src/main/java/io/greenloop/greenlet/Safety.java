package io.greenloop.greenlet;

import java.lang.StackWalker.StackFrame;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
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
 * What a greenlet must not take along when it switches away. In debug mode the stack is walked at
 * each switch, otherwise at one in many; a place is reported once.
 *
 * <p>A monitor is found wherever it was entered; a lock if a frame has it in a variable, or in a
 * field of the object whose method it is. Those frames are open only with {@code --add-opens
 * java.base/java.lang}; in portable mode both are found by {@link HeldByCode}.
 */
final class Safety {
  static final boolean DEBUG = Boolean.getBoolean("greenloop.debug");

  /** Outside of debug mode: a walk takes some 100 times as long as a switch. */
  private static final int SWITCHES_A_LOOK = 16_384;

  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();
  private static final String BINDING = "java.lang.ScopedValue$Carrier";
  private static final String BOTTOM = Life.class.getName() + "$Root";

  /** How many switches of hosts before the present one wait for a look; races do no harm. */
  @SuppressWarnings("NonFinalStaticField")
  private static int spread;

  private Safety() {}

  /** After how many switches a new host is to {@link #check}: those with few get their share. */
  static int firstLook() {
    if (DEBUG) {
      return 1;
    }
    int before = spread;
    spread = (before + 10_007) % SWITCHES_A_LOOK;
    return SWITCHES_A_LOOK - before;
  }

  /**
   * Logs what {@code leaving}, whose code calls this, holds. What a log handler throws comes
   * through: it may be meant for who waits in it.
   *
   * @return after how many switches to look again
   */
  static int check(Greenlet leaving) {
    List<String> reports;
    try {
      reports = look(leaving);
    } catch (LinkageError | StackOverflowError unseen) {
      return SWITCHES_A_LOOK; // the switch itself can do without
    }
    reports.forEach(
        text -> System.getLogger("io.greenloop").log(System.Logger.Level.WARNING, text));
    return DEBUG ? 1 : SWITCHES_A_LOOK;
  }

  private static List<String> look(Greenlet leaving) {
    List<StackFrame> frames = LiveFrames.WALKER.walk(Safety::ownFrames);
    List<String> reports = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      StackFrame frame = frames.get(i);
      String monitor = heldMonitor(frame);
      if (monitor != null) {
        note(
            reports,
            leaving,
            "holds " + monitor,
            frame,
            "one of its host that enters it hangs the host; leave the synchronized block before");
      }
      if (LiveFrames.KNOW_VARIABLES && holdsLock(frame)) {
        note(
            reports,
            leaving,
            "holds a ReentrantLock",
            frame,
            "the others of its host enter it as if it were theirs; unlock before, or use"
                + " GreenLock");
      } else if (!LiveFrames.KNOW_VARIABLES && HeldByCode.aLock(frame)) {
        note(
            reports,
            leaving,
            "holds a lock",
            frame,
            "one of its host that locks it waits for ever; unlock before, or use GreenLock");
      }
      if (DEBUG && frame.getClassName().equals(BINDING) && i + 1 < frames.size()) {
        note(
            reports,
            leaving,
            "has bound a ScopedValue",
            frames.get(i + 1),
            "a binding does not follow switches; use ContextVar or GreenletLocal");
      }
    }
    return reports;
  }

  private static List<StackFrame> ownFrames(Stream<StackFrame> stack) {
    return stack
        .takeWhile(frame -> !frame.getClassName().equals(BOTTOM))
        .collect(Collectors.toList());
  }

  private static void note(
      List<String> reports, Greenlet leaving, String what, StackFrame frame, String advice) {
    if (REPORTED.add(what + frame)) {
      reports.add(leaving + " switches away while it " + what + " at " + frame + ": " + advice);
    }
  }

  private static @Nullable String heldMonitor(StackFrame frame) {
    if (!LiveFrames.KNOW_MONITORS) {
      return HeldByCode.aMonitor(frame) ? "a monitor" : null;
    }
    for (@Nullable Object monitor : LiveFrames.monitors(frame)) {
      if (monitor != null) { // null: it was entered there, and left
        return "the monitor of " + monitor.getClass().getName();
      }
    }
    return null;
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
    static final boolean KNOW_MONITORS = MONITORS != null;
    static final boolean KNOW_VARIABLES = VARIABLES != null;
    static final StackWalker WALKER =
        Optional.ofNullable(method("getStackWalker"))
            .map(factory -> (StackWalker) call(factory, null))
            .orElseGet(() -> StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE));

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
