package io.greenloop.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

@Name("io.greenloop.LoopLag")
@Label("Loop Lag")
@Category("Greenloop")
@Description("How long an entry that became ready had to wait for its turn")
@StackTrace(false)
final class LoopLagEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Lag")
  @Timespan(Timespan.NANOSECONDS)
  long lag;

  @Label("Ready")
  @Description("Entries in the ready queue when the sample was taken")
  int ready;

  @Label("Timers")
  int timers;
}
