package io.greenloop.internal.loop;

import org.jspecify.annotations.Nullable;

/** A wait, yield or switch where the stack cannot leave the carrier. */
public final class PinnedException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private PinnedException(String message) {
    super(message);
  }

  static PinnedException at(@Nullable Object owner) {
    String who = owner == null ? "the callback" : owner.toString();
    return new PinnedException(
        "wait in " + who + " is pinned by " + pinningFrame() + "; wait outside of it");
  }

  /** The frame of the calling thread that pins it, in words. */
  public static String pinningFrame() {
    StackTraceElement[] frames = Thread.currentThread().getStackTrace();
    for (int i = 0; i < frames.length; i++) {
      StackTraceElement frame = frames[i];
      if (frame.getMethodName().equals("<clinit>")) {
        return "class initialiser " + frame;
      }
      if (frame.isNativeMethod() && !isOurs(frame)) {
        return "native frame " + frame;
      }
    }
    return "a native frame or critical section of its thread";
  }

  private static boolean isOurs(StackTraceElement frame) {
    String type = frame.getClassName();
    return type.equals("java.lang.Thread") || type.startsWith("jdk.internal.vm.Continuation");
  }
}
