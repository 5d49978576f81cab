package io.greenloop.internal.fiber;

import java.lang.StackWalker.StackFrame;

/** The texts of refused switches. */
final class Refusal {
  private Refusal() {}

  static IllegalStateException outside(Object owner) {
    return new IllegalStateException(
        owner
            + " cannot switch out: the caller does not run inside it; only its own body may yield");
  }

  static IllegalStateException acrossGreenlet(Object owner) {
    return new IllegalStateException(
        owner
            + " cannot switch out: a greenlet that its body switched to runs on top of it;"
            + " switch back before yielding");
  }

  static IllegalStateException pinned(Object owner) {
    return new IllegalStateException(
        owner + " cannot switch out: pinned by " + pinningFrame() + "; move the call out of it");
  }

  /** JVMs with {@code -XX:LockingMode=1} tie a monitor to its thread. */
  static IllegalStateException pinnedByMonitor(Object owner) {
    return new IllegalStateException(
        owner
            + " cannot switch out: pinned by a monitor that it holds, as this JVM runs with"
            + " -XX:LockingMode=1; leave the synchronized code before, or leave the flag out");
  }

  /**
   * A frame that the JVM cannot suspend: a class initialiser, or a native method that called back.
   */
  private static String pinningFrame() {
    return StackWalker.getInstance()
        .walk(frames -> frames.filter(Refusal::pins).findFirst())
        .map(Refusal::describe)
        .orElse("a native frame");
  }

  private static boolean pins(StackFrame frame) {
    return frame.isNativeMethod() || frame.getMethodName().equals("<clinit>");
  }

  private static String describe(StackFrame frame) {
    String kind = frame.isNativeMethod() ? "native method " : "class initialiser ";
    return kind + frame.toStackTraceElement();
  }
}
