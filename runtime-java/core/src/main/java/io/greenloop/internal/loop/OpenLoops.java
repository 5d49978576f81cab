package io.greenloop.internal.loop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * The loops of this JVM that have not been closed, for leak checks and reports. Held weakly: a loop
 * that never ran and that nobody holds has nothing to close. Any thread.
 */
public final class OpenLoops {
  private static final Set<LoopCore> OPEN =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private OpenLoops() {}

  static void opened(LoopCore loop) {
    OPEN.add(loop);
  }

  static void closed(LoopCore loop) {
    OPEN.remove(loop);
  }

  /** The open loops at this moment. */
  public static List<LoopCore> snapshot() {
    synchronized (OPEN) {
      return new ArrayList<>(OPEN);
    }
  }
}
