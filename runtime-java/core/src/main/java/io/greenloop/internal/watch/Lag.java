package io.greenloop.internal.watch;

import io.greenloop.internal.loop.LoopCore;
import org.jspecify.annotations.Nullable;

/**
 * How long an entry waits for its turn on one loop: the watchdog queues one, and the loop says when
 * it gets to it. A loop that sleeps is not woken for it: its lag is zero.
 */
public final class Lag {
  private volatile @Nullable Probe under;
  private volatile long lastNanos;
  private volatile long mostNanos;

  Lag() {}

  private final class Probe implements Runnable {
    final long postedAt = System.nanoTime();
    private final Watch run;

    Probe(Watch run) {
      this.run = run;
    }

    @Override
    public void run() {
      if (under == this) { // not of a run that ended before
        arrived(System.nanoTime() - postedAt);
        under = null;
      }
    }
  }

  private void arrived(long nanos) {
    lastNanos = nanos;
    mostNanos = Math.max(mostNanos, nanos);
  }

  void look(Watch run) {
    LoopCore core = run.core();
    Probe waiting = under;
    if (waiting != null && waiting.run == run) {
      return;
    }
    if (core.isAsleep()) {
      under = null;
      arrived(0);
    } else if (core.isRealTime()) {
      var probe = new Probe(run);
      under = probe;
      core.post((Runnable) probe, null);
    }
  }

  /** The last measured lag, or the time that the present measurement takes already. */
  public long nanos() {
    Probe waiting = under;
    return waiting == null ? lastNanos : Math.max(lastNanos, System.nanoTime() - waiting.postedAt);
  }

  /** The longest one so far. */
  public long mostNanos() {
    return Math.max(mostNanos, nanos());
  }
}
