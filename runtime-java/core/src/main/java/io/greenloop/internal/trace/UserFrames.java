package io.greenloop.internal.trace;

import java.util.ArrayList;
import java.util.List;

/** The frames of a stack that are the user's code, not ours, the JDK's or kotlinx's. */
public final class UserFrames {
  private static final String[] NOT_THE_USERS = {
    "java.", "javax.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "io.greenloop."
  };

  private static final String OURS = "io.greenloop.";

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

  /** Whether {@code type}, the name of a class, is code of a user. */
  public static boolean isTheUsers(String type) {
    return isProgramOfOurs(type) || !startsWithAny(type, NOT_THE_USERS);
  }

  /** Whether {@code type} is part of Greenloop. */
  static boolean isOurs(String type) {
    return type.startsWith(OURS) && !isProgramOfOurs(type);
  }

  /** Our own tests are programs, too. */
  private static boolean isProgramOfOurs(String type) {
    return startsWithAny(type, PROGRAMS)
        || (type.startsWith(OURS) && (type.endsWith("Test") || type.contains("Test$")));
  }

  static boolean startsWithAny(String type, String[] prefixes) {
    for (String prefix : prefixes) {
      if (type.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
