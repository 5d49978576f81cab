package io.greenloop.greenlet;

import java.util.Arrays;
import java.util.stream.Stream;

/** Cuts a stack down to the frames of one greenlet's own code. */
final class Frames {
  static final StackTraceElement[] NONE = {};

  private static final String SWITCHING = Tree.class.getName();
  private static final String ENTRY = Greenlet.class.getName();
  private static final String LIFE = Life.class.getName();
  private static final String FIBERS = "io.greenloop.internal.fiber.";

  private Frames() {}

  /** Of a suspended greenlet: from the frame that called switch to that of its body. */
  static StackTraceElement[] ofFiber(StackTraceElement[] stack) {
    return own(Arrays.stream(stack));
  }

  /** Of a main that waits for others: what is below its wait on its thread's stack. */
  static StackTraceElement[] ofMain(StackTraceElement[] stack) {
    return own(
        Arrays.stream(stack)
            .dropWhile(
                frame ->
                    !(frame.getClassName().equals(SWITCHING)
                        && frame.getMethodName().equals("runOthers"))));
  }

  private static StackTraceElement[] own(Stream<StackTraceElement> stack) {
    return stack
        .dropWhile(Frames::isOurs)
        .takeWhile(frame -> !isOurs(frame))
        .toArray(StackTraceElement[]::new);
  }

  private static boolean isOurs(StackTraceElement frame) {
    String type = frame.getClassName();
    return type.equals(SWITCHING)
        || type.equals(ENTRY)
        || type.startsWith(ENTRY + "$")
        || type.startsWith(LIFE)
        || type.startsWith(FIBERS)
        || type.startsWith("jdk.internal.vm.Continuation");
  }
}
