package io.greenloop.process;

import java.util.ArrayList;
import java.util.List;

/** A process and what it has started, as the system's table of processes shows it now. */
final class Family {
  private Family() {}

  /** Itself first, so that it cannot start others once its children end; empty after its end. */
  static List<ProcessHandle> of(Process process) {
    var family = new ArrayList<ProcessHandle>();
    if (process.isAlive()) {
      family.add(process.toHandle());
      process.descendants().forEach(family::add);
    }
    return family;
  }

  static void kill(Process process) {
    of(process).forEach(ProcessHandle::destroyForcibly);
  }
}
