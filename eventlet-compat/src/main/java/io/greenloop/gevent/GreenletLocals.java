package io.greenloop.gevent;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What greenlets have in their variables; for looking only. */
public final class GreenletLocals {
  private GreenletLocals() {}

  /** The variables in which {@code greenlet} has a value, and the values. Any thread. */
  public static Map<GreenletLocal<?>, @Nullable Object> dump(Greenlet<?> greenlet) {
    Object owner = greenlet.task().isPresent() ? greenlet.task().get() : greenlet;
    return GreenletLocal.allOf(owner);
  }
}
