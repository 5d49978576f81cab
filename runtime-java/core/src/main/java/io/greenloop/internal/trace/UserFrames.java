package io.greenloop.internal.trace;

import java.util.ArrayList;
import java.util.List;

/** The frames of a stack that are the user's code, not ours, the JDK's or kotlinx's. */
public final class UserFrames {
  private static final String[] NOT_THE_USERS = {
    "java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "io.greenloop."
  };

  /** Packages below ours that hold programs. */
  private static final String[] PROGRAMS = {"io.greenloop.examples.", "io.greenloop.benchmarks."};

  private UserFrames() {}

  /** The user's frames, innermost first; all frames where none is the user's. */
  public static List<StackTraceElement> of(StackTraceElement[] frames) {
    var users = new ArrayList<StackTraceElement>();
    for (StackTraceElement frame : frames) {
      if (isTheUsers(frame.getClassName())) {
        users.add(frame);
      }
    }
    return users.isEmpty() ? List.of(frames) : List.copyOf(users);
  }

  /** The innermost line of the user's code, in words. */
  public static String line(StackTraceElement[] frames) {
    List<StackTraceElement> users = of(frames);
    return users.isEmpty() ? "a line unknown" : users.getFirst().toString();
  }

  private static boolean isTheUsers(String type) {
    return startsWithAny(type, PROGRAMS) || !startsWithAny(type, NOT_THE_USERS);
  }

  private static boolean startsWithAny(String type, String[] prefixes) {
    for (String prefix : prefixes) {
      if (type.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
