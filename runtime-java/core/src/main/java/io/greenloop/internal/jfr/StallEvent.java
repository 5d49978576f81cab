package io.greenloop.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

@Name("io.greenloop.Stall")
@Label("Stall")
@Category("Greenloop")
@Description("A loop makes no step, because something that runs on it does not let go")
@StackTrace(false)
final class StallEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Holder")
  @Nullable String holder;

  @Label("Coroutine")
  @Nullable String coroutine;

  @Label("Held For")
  @Timespan(Timespan.NANOSECONDS)
  long heldFor;

  @Label("Frames")
  @Description("The part of the stack that is the code of the user, innermost line first")
  @Nullable String frames;
}
