package io.greenloop.micrometer;

import io.greenloop.EventLoop;
import io.greenloop.Registration;
import io.greenloop.inspect.LoopMetrics;
import io.greenloop.inspect.Stalls;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one loop, all with the tag {@code loop}:
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><td>{@code greenloop.tasks}</td><td>unfinished tasks</td></tr>
 *   <tr><td>{@code greenloop.ready}</td><td>entries that are ready to run</td></tr>
 *   <tr><td>{@code greenloop.timers}</td><td>pending timers</td></tr>
 *   <tr><td>{@code greenloop.jobs}</td><td>jobs outside that the loop waits for</td></tr>
 *   <tr><td>{@code greenloop.parked}</td><td>tasks parked in foreign blocking calls</td></tr>
 *   <tr><td>{@code greenloop.steps}</td><td>steps so far, a counter</td></tr>
 *   <tr><td>{@code greenloop.lag}, {@code greenloop.lag.max}</td><td>see {@link
 *       LoopMetrics#lag}</td></tr>
 *   <tr><td>{@code greenloop.stalls}</td><td>stalls of 100 ms and more: how many; the time is that
 *       at which each was seen</td></tr>
 * </table>
 *
 * <p>Bind it to one registry; closing it ends the count of stalls, which else holds the loop for as
 * long as the JVM lives. Any thread.
 */
public final class LoopMeters implements MeterBinder, AutoCloseable {
  private static final Duration STALL = Duration.ofMillis(100);

  private final EventLoop loop;
  private final LoopMetrics metrics;
  private @Nullable Registration stalls;

  /** The meters of {@code loop}. */
  public LoopMeters(EventLoop loop) {
    this.loop = loop;
    this.metrics = LoopMetrics.of(loop);
  }

  @Override
  public synchronized void bindTo(MeterRegistry registry) {
    if (stalls != null) {
      throw new IllegalStateException(
          "bindTo: the meters of " + loop + " are bound already; make new ones for each registry");
    }
    gauge(registry, "greenloop.tasks", "unfinished tasks", LoopMetrics::tasks);
    gauge(registry, "greenloop.ready", "entries that are ready to run", LoopMetrics::readyEntries);
    gauge(registry, "greenloop.timers", "pending timers", LoopMetrics::pendingTimers);
    gauge(registry, "greenloop.jobs", "jobs outside", LoopMetrics::outsideJobs);
    gauge(registry, "greenloop.parked", "tasks in blocking calls", LoopMetrics::parkedOutside);
    lag(registry, "greenloop.lag", m -> m.lag().toNanos());
    lag(registry, "greenloop.lag.max", m -> m.longestLag().toNanos());
    FunctionCounter.builder("greenloop.steps", metrics, LoopMetrics::steps)
        .description("steps of tasks and callbacks")
        .tag("loop", metrics.loopName())
        .register(registry);
    Timer timer =
        Timer.builder("greenloop.stalls")
            .description("stalls of 100 ms and more")
            .tag("loop", metrics.loopName())
            .register(registry);
    stalls =
        Stalls.onStall(
            STALL,
            stall -> {
              if (stall.loop() == loop) {
                timer.record(stall.duration());
              }
            });
  }

  private void gauge(
      MeterRegistry registry, String name, String what, ToDoubleFunction<LoopMetrics> value) {
    Gauge.builder(name, metrics, value)
        .description(what)
        .tag("loop", metrics.loopName())
        .strongReference(true)
        .register(registry);
  }

  private void lag(MeterRegistry registry, String name, ToDoubleFunction<LoopMetrics> nanos) {
    TimeGauge.builder(name, metrics, TimeUnit.NANOSECONDS, nanos)
        .description("how long a ready entry waits for its turn")
        .tag("loop", metrics.loopName())
        .strongReference(true)
        .register(registry);
  }

  @Override
  public synchronized void close() {
    if (stalls != null) {
      stalls.remove();
    }
  }
}
