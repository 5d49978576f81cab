package io.greenloop.internal.watch;

import io.greenloop.internal.loop.LoopCore;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/** The loops whose lag somebody wants to know. Any thread. */
public final class LagProbes implements Chore {
  private static final Map<LoopCore, Lag> MEASURED =
      Collections.synchronizedMap(new WeakHashMap<>());

  /** Made by the watchdog. */
  public LagProbes() {}

  /** Measures the lag of {@code core} from now on, at each look while it runs on real time. */
  public static Lag measure(LoopCore core) {
    return MEASURED.computeIfAbsent(core, c -> new Lag());
  }

  @Override
  public void look(Collection<Watch> running) {
    for (Watch watch : running) {
      Lag lag = MEASURED.get(watch.core());
      if (lag != null) {
        lag.look(watch);
      }
    }
  }
}
