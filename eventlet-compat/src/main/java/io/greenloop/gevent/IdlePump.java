package io.greenloop.gevent;

import io.greenloop.inspect.LoopMetrics;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Those who wait until nothing else is ready, and the callback that looks, a turn each. */
final class IdlePump {
  private final Hub hub;
  private List<Waiter<Boolean>> waiting = new ArrayList<>(0);
  private @Nullable LoopMetrics metrics;
  private boolean pumping;

  IdlePump(Hub hub) {
    this.hub = hub;
  }

  void await() {
    Waiter<Boolean> waiter = new Waiter<>(hub, "a turn with nothing to do");
    waiting.add(waiter);
    if (!pumping) {
      pumping = true;
      hub.runCallback(this::look);
    }
    try {
      waiter.get();
    } finally {
      waiting.remove(waiter);
    }
  }

  private void look() {
    LoopMetrics numbers = metrics;
    if (numbers == null) {
      numbers = LoopMetrics.of(hub.eventLoop());
      metrics = numbers;
    }
    if (waiting.isEmpty()) {
      pumping = false;
    } else if (numbers.readyEntries() > 1) { // this callback is one
      hub.runCallback(this::look);
    } else {
      pumping = false;
      List<Waiter<Boolean>> quiet = waiting;
      waiting = new ArrayList<>(0);
      quiet.forEach(waiter -> waiter.switchTo(true));
    }
  }
}
