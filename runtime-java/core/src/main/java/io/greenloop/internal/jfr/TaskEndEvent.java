package io.greenloop.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.greenloop.TaskEnd")
@Label("Task End")
@Category("Greenloop")
@Description("A task has an outcome")
@StackTrace(false)
final class TaskEndEvent extends Event {
  @Label("Task Id")
  long taskId;

  @Label("Task")
  @Nullable String taskName;

  @Label("Loop")
  @Nullable String loop;

  @Label("Outcome")
  @Nullable String outcome;
}
