package io.greenloop;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task that has spawned others, as they know it: enough for reports, and the task itself only
 * until it has ended. Else one that spawns its successor would keep the whole line alive.
 *
 * <p>Loop room, but for asking.
 */
final class Ancestor {
  /** More of them no report tells. */
  private static final int MOST = 16;

  private final long id;
  private volatile @Nullable Task<?> task; // until it has ended
  private String description = ""; // from then on; written before task

  private Ancestor(Task<?> task) {
    this.id = task.id();
    this.task = task;
  }

  /** The ancestors of what {@code spawner} spawns, nearest first. */
  static List<Ancestor> and(Task<?> spawner, List<Ancestor> itsOwn) {
    var line = new ArrayList<Ancestor>(Math.min(MOST, 1 + itsOwn.size()));
    line.add(new Ancestor(spawner));
    line.addAll(itsOwn.subList(0, Math.min(MOST - 1, itsOwn.size())));
    return line;
  }

  /** {@code ", spawned by …"} for each. Any thread. */
  static String describe(List<Ancestor> line) {
    var text = new StringBuilder();
    for (Ancestor one : line) {
      Task<?> living = one.task;
      text.append(", spawned by ")
          .append(living != null ? living.describeWithLine() : one.description);
    }
    return text.append(line.size() == MOST ? ", and so on" : "").toString();
  }

  void ended() {
    Task<?> ending = task;
    if (ending != null) {
      description = ending.describeWithLine();
      task = null;
    }
  }

  long id() {
    return id;
  }

  @Nullable Task<?> taskOrNull() {
    return task;
  }
}
