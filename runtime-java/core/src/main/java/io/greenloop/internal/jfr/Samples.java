package io.greenloop.internal.jfr;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.watch.Chore;
import io.greenloop.internal.watch.LagProbes;
import io.greenloop.internal.watch.Stall;
import io.greenloop.internal.watch.StallListener;
import io.greenloop.internal.watch.Watch;
import io.greenloop.internal.watch.Watchdog;
import java.util.Collection;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What the watchdog's thread tells the flight recorder, once somebody records. */
public final class Samples implements Chore {
  private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Map<LoopCore, Long> lastSteps = new WeakHashMap<>();
  private boolean begun;

  /** Made by the watchdog. */
  public Samples() {}

  @Override
  public void look(Collection<Watch> running) {
    if (!begun) {
      if (!Recording.isSetUp()) {
        return;
      }
      begun = true;
      Recording.turnOn();
      Watchdog.addListener(new StallListener(STALL_NANOS, Samples::stalled));
    }
    for (Watch watch : running) {
      LoopCore core = watch.core();
      switches(core);
      lag(core);
    }
  }

  private void switches(LoopCore core) {
    var event = new SwitchSampleEvent();
    if (!event.isEnabled()) {
      return;
    }
    long steps = core.steps();
    Long before = lastSteps.put(core, steps);
    Object owner = core.isAsleep() ? null : core.ownerSeenFromOutside();
    event.loop = core.name();
    event.steps = before == null ? steps : steps - before;
    event.running = owner == null ? "" : owner.toString();
    event.commit();
  }

  private static void lag(LoopCore core) {
    var event = new LoopLagEvent();
    if (!event.isEnabled()) {
      return;
    }
    event.loop = core.name();
    event.lag = LagProbes.measure(core).nanos();
    event.ready = core.readyEntries();
    event.timers = core.pendingTimers();
    event.commit();
  }

  private static void stalled(Stall stall) {
    var event = new StallEvent();
    event.loop = stall.core().name();
    event.holder = stall.holder();
    event.coroutine = stall.coroutine();
    event.heldFor = stall.nanos();
    event.frames = stall.frames().stream().map(String::valueOf).collect(Collectors.joining("\n"));
    event.commit();
  }
}
