package io.greenloop.gevent;

import io.greenloop.eventlet.internal.PlainGreenThread;
import io.greenloop.eventlet.internal.Sneaky;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Ends many at once. */
final class KillAll {
  private final Hub hub;
  private final Throwable failure;
  private final List<Greenlet<?>> started = new ArrayList<>();
  private final List<io.greenloop.greenlet.Greenlet> raw = new ArrayList<>();

  private KillAll(Hub hub, Throwable failure) {
    this.hub = hub;
    this.failure = failure;
  }

  static void run(Hub hub, Collection<?> greenlets, KillOptions options) {
    var kill = new KillAll(hub, options.failure());
    List.copyOf(greenlets).forEach(kill::sort);
    if (kill.started.isEmpty() && kill.raw.isEmpty()) {
      return;
    }
    if (!options.isBlocking()) {
      hub.runCallback(kill::throwIntoAll);
      return;
    }
    Duration limit = options.timeoutOrNull();
    if (limit == null) {
      kill.andWait();
    } else {
      new Timeout(limit).around(Gevent.callable(kill::andWait));
    }
  }

  private void sort(Object victim) {
    switch (victim) {
      case Greenlet<?> greenlet -> {
        if (!greenlet.killBeforeStart(failure)) {
          started.add(greenlet);
        }
      }
      case io.greenloop.greenlet.Greenlet plain -> raw.add(plain);
      default ->
          throw new IllegalArgumentException("killAll: " + victim + " (expected a greenlet)");
    }
  }

  private void andWait() {
    Waiter<Boolean> thrown = new Waiter<>(hub, "a kill of " + started.size() + " greenlets");
    hub.runCallback(
        () -> {
          throwIntoAll();
          thrown.switchTo(true);
        });
    thrown.get();
    Gevent.joinAll(started);
    for (var each : raw) {
      if (each instanceof PlainGreenThread plain && !plain.task().isDone()) {
        joinQuietly(plain);
      }
    }
  }

  private static void joinQuietly(PlainGreenThread plain) {
    try {
      plain.task().join();
    } catch (Throwable thrown) {
      if (!plain.task().isDone()) {
        throw Sneaky.raise(thrown); // it was for the one that waits
      }
    }
  }

  private void throwIntoAll() {
    for (Greenlet<?> each : started) {
      if (!each.isDead()) {
        handled(each, () -> each.throwFromHub(failure));
      }
    }
    for (var each : raw) {
      if (!each.isDead()) {
        handled(each, () -> each.throwInto(failure));
      }
    }
  }

  /** One that refuses it, or whose error comes here, spares nobody behind it. */
  private void handled(Object victim, Runnable kill) {
    try {
      kill.run();
    } catch (Throwable thrown) {
      hub.handleError(victim, thrown);
    }
  }
}
