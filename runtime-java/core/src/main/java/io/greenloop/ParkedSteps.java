package io.greenloop;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;

/**
 * Waits that park in the middle of a step of suspend code. They work, but each costs a hub, and the
 * rest of the step runs behind what is queued by then; so each line that does it is logged once.
 * Loop room.
 */
final class ParkedSteps {
  /** Looking for the line costs more than the wait, so a hot one does not pay for it for ever. */
  private static final int MOST_LOOKS = 1000;

  private final EventLoop loop;
  private final Set<String> lines = new HashSet<>();
  private int looks;

  ParkedSteps(EventLoop loop) {
    this.loop = loop;
  }

  /** {@code task} is about to wait: logs it if it is not in code of its own strand. */
  void note(Task<?> task, String operation) {
    if (loop.core().isInHub() && looks < MOST_LOOKS) {
      looks++;
      String line = callingLine();
      if (lines.add(line)) {
        System.getLogger("io.greenloop")
            .log(
                Level.WARNING,
                "{0}: {1} parked in {2} at {3}, in suspend code; use the suspending form, or run"
                    + " the code as a stackful task",
                loop,
                task.describe(),
                operation,
                line);
      }
    }
  }

  private static String callingLine() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(f -> !f.getClassName().startsWith("io.greenloop."))
                    .findFirst()
                    .map(f -> f.toStackTraceElement().toString())
                    .orElse("a line unknown"));
  }
}
