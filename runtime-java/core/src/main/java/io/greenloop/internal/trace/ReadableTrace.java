package io.greenloop.internal.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The stack of a throwable without what lies between the user's lines: of ours only the functions
 * that the user has called are left. Debug mode does without it.
 */
public final class ReadableTrace {
  private static final String OURS = "io.greenloop.";

  /** What mounts and resumes, besides our own code. */
  private static final String[] MACHINERY = {
    "java.lang.VirtualThread", "jdk.internal.vm.", "kotlin.coroutines.", "kotlinx.coroutines."
  };

  /** Above our own code: what parks. */
  private static final String[] JDK = {"java.", "jdk."};

  /** A group of a thousand failures is not worth a thousand traces. */
  private static final int MOST_THROWABLES = 64;

  private ReadableTrace() {}

  /** The line between the frames of what failed and those of {@code who} waited for it. */
  public static StackTraceElement awaitedBy(String who) {
    return new StackTraceElement("awaited", "by", who, -1);
  }

  /** Whether {@code frame} is such a line. */
  static boolean isAwaitedBy(StackTraceElement frame) {
    return frame.getClassName().equals("awaited") && frame.getMethodName().equals("by");
  }

  /**
   * Makes the trace of {@code failure} readable, and those of its causes and what it suppressed.
   */
  public static void tidy(Throwable failure) {
    tidy(failure, Collections.newSetFromMap(new IdentityHashMap<>()));
  }

  private static void tidy(Throwable failure, Set<Throwable> seen) {
    if (seen.size() == MOST_THROWABLES || !seen.add(failure)) {
      return;
    }
    StackTraceElement[] frames = failure.getStackTrace();
    List<StackTraceElement> kept = of(frames, failure.getClass().getName().startsWith(OURS));
    if (!kept.isEmpty() && kept.size() < frames.length) {
      failure.setStackTrace(kept.toArray(StackTraceElement[]::new));
    }
    if (failure.getCause() != null) {
      tidy(failure.getCause(), seen);
    }
    for (Throwable suppressed : failure.getSuppressed()) {
      tidy(suppressed, seen);
    }
  }

  /**
   * The frames that are left; none if none of them is the user's.
   *
   * @param fromTop also what the innermost line of the user has led to: for a throwable of ours,
   *     which says all itself. In another one that is where the error is.
   */
  public static List<StackTraceElement> of(StackTraceElement[] frames, boolean fromTop) {
    var kept = new ArrayList<StackTraceElement>(frames.length);
    int start = 0; // of a run of machinery
    for (int i = 0; i < frames.length; i++) {
      String type = frames[i].getClassName();
      if (isMachinery(type) || (fromTop && kept.isEmpty() && UserFrames.startsWithAny(type, JDK))) {
        continue;
      }
      if (start == 0 && !fromTop) {
        kept.addAll(List.of(frames).subList(0, i));
      } else if (start < i && !isAwaitedBy(frames[i])) {
        kept.add(frames[i - 1]);
      }
      kept.add(frames[i]);
      start = i + 1;
    }
    boolean endsInOurs = start < frames.length && hasOurs(frames, start);
    if (!kept.isEmpty() && !endsInOurs) {
      kept.addAll(List.of(frames).subList(start, frames.length));
    }
    return kept;
  }

  private static boolean hasOurs(StackTraceElement[] frames, int from) {
    for (int i = from; i < frames.length; i++) {
      if (UserFrames.isOurs(frames[i].getClassName())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isMachinery(String type) {
    return UserFrames.startsWithAny(type, MACHINERY) || UserFrames.isOurs(type);
  }
}
