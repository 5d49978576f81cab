package io.greenloop.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.greenloop.SwitchSample")
@Label("Switches (sampled)")
@Category("Greenloop")
@Description("How many steps a loop made since the last sample, and what ran when it was taken")
@StackTrace(false)
final class SwitchSampleEvent extends Event {
  @Label("Loop")
  @Nullable String loop;

  @Label("Steps")
  long steps;

  @Label("Running")
  @Description("The task or callback that ran at this moment; empty if the loop was asleep")
  @Nullable String running;
}
