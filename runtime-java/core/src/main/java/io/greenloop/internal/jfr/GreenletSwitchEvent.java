package io.greenloop.internal.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("io.greenloop.GreenletSwitch")
@Label("Greenlet Switch")
@Category("Greenloop")
@Description("A greenlet has handed over to another one; off unless a recording asks for it")
@Enabled(false)
@StackTrace(false)
final class GreenletSwitchEvent extends Event {
  @Label("Host")
  @Description("The task, callbacks or thread that runs them")
  @Nullable String host;

  @Label("Origin")
  @Nullable String origin;

  @Label("Target")
  @Nullable String target;

  @Label("Thrown")
  @Description("The class of the error that went over; empty for a value")
  @Nullable String thrown;
}
