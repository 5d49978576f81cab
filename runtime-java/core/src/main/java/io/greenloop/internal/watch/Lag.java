package io.greenloop.internal.watch;

import io.greenloop.internal.loop.LoopCore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * How long an entry waits for its turn on one loop: the watchdog queues one, and the loop says when
 * it gets to it. A loop that sleeps is not woken for it: its lag is zero.
 */
public final class Lag {
  private final AtomicReference<@Nullable Probe> under = new AtomicReference<>();
  private volatile long lastNanos;
  private final LongAccumulator mostNanos = new LongAccumulator(Math::max, 0);

  Lag() {}

  private final class Probe implements Runnable {
    private final long postedAt = System.nanoTime();
    private final Watch.Span run;

    Probe(Watch.Span run) {
      this.run = run;
    }

    @Override
    public void run() {
      if (under.get() == this) {
        arrived(waitedNanos());
        under.compareAndSet(this, null);
      }
    }

    /** Until now, or the end of its run: what comes between two runs is no lag. */
    long waitedNanos() {
      return run.nanosNowOrAtEnd() - postedAt;
    }
  }

  private void arrived(long nanos) {
    lastNanos = nanos;
    mostNanos.accumulate(nanos);
  }

  void look(Watch run) {
    Probe waiting = under.get();
    if (waiting != null) {
      if (!waiting.run.hasEnded()) {
        return;
      }
      arrived(waiting.waitedNanos()); // somebody may have seen it grow already
    }
    LoopCore core = run.core();
    if (core.isAsleep()) {
      under.set(null);
      arrived(0);
    } else if (core.isRealTime()) {
      var probe = new Probe(run.span());
      under.set(probe);
      core.post((Runnable) probe, null);
    }
  }

  /** The last measured lag, or the time that the present measurement takes already. */
  public long nanos() {
    Probe waiting = under.get();
    return waiting == null ? lastNanos : Math.max(lastNanos, waiting.waitedNanos());
  }

  /** The longest one so far. */
  public long mostNanos() {
    return Math.max(mostNanos.get(), nanos());
  }
}
