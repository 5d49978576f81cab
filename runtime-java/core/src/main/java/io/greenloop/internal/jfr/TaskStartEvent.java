package io.greenloop.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.greenloop.TaskStart")
@Label("Task Start")
@Category("Greenloop")
@Description("A task was made; its first step is queued")
@StackTrace(true)
final class TaskStartEvent extends Event {
  @Label("Task Id")
  long taskId;

  @Label("Task")
  @Nullable String taskName;

  @Label("Loop")
  @Nullable String loop;

  @Label("Parent Id")
  @Description("The task that spawned it, or 0")
  long parentId;
}
