package io.greenloop.gevent;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@RealTime
class GeventMonitorTest {
  @Test
  @Parity({"GE-1.16.6", "GE-1.16.7", "GE-1.16.10", "GE-C52", "GE-C53"})
  void aGreenletThatHoldsTheLoopIsNamedWithItsLine() {
    assertThat(GeventConfig.monitorThread()).isFalse();
    assertThat(GeventConfig.maxBlockingTime()).isEqualTo(ofMillis(100));
    var seen = new CountDownLatch(1);
    List<GeventEvents.Event> events = new CopyOnWriteArrayList<>();
    try (var t = TestLoop.real();
        var _ =
            GeventEvents.subscribe(
                event -> {
                  events.add(event);
                  if (event instanceof GeventEvents.EventLoopBlocked) {
                    seen.countDown();
                  }
                })) {
      t.run(
          () -> {
            var monitor = Gevent.hub().startPeriodicMonitoringThread();
            assertThat(Gevent.hub().startPeriodicMonitoringThread()).isSameAs(monitor);
            var holder = Gevent.spawn(() -> holdUntil(seen));
            holder.setName("holder");
            holder.join();
            var blocked =
                events.stream()
                    .filter(GeventEvents.EventLoopBlocked.class::isInstance)
                    .map(GeventEvents.EventLoopBlocked.class::cast)
                    .filter(event -> event.greenlet() == holder)
                    .findFirst()
                    .orElseThrow();
            assertThat(blocked.blockingTime()).isGreaterThanOrEqualTo(ofMillis(80));
            assertThat(blocked.info()).contains("holdUntil");
            assertThat(blocked.hub()).isSameAs(Gevent.hub());
          });
    }
    assertThat(events).hasAtLeastOneElementOfType(GeventEvents.PeriodicMonitorThreadStarted.class);
  }

  private static void holdUntil(CountDownLatch seen) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (seen.getCount() > 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  @Parity({"GE-1.16.8", "GE-C52"})
  void monitoringFunctionsAreCalledAndOneThatFailsIsCalledAgain() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var calls = new CountDownLatch(2);
            var hubs = new CopyOnWriteArrayList<Hub>();
            var monitor = Gevent.hub().startPeriodicMonitoringThread();
            try (var _ =
                monitor.addMonitoringFunction(
                    hub -> {
                      hubs.add(hub);
                      calls.countDown();
                      throw new IllegalStateException("monitoring");
                    },
                    ofMillis(2))) {
              boolean called =
                  Gevent.hub().threadPool().apply(() -> calls.await(20, TimeUnit.SECONDS));
              assertThat(called).isTrue();
              assertThat(hubs.getFirst()).isSameAs(Gevent.hub());
            }
          });
    }
  }

  @Test
  @Parity({"GE-1.16.9", "GE-C52", "GE-C53"})
  void memoryAboveAndBelowItsLimitIsToldOnceEach() {
    List<GeventEvents.Event> events = new ArrayList<>();
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var monitor = Gevent.hub().startPeriodicMonitoringThread();
            try (var _ = GeventEvents.subscribe(events::add)) {
              monitor.checkMemory();
              GeventConfig.setMaxMemoryUsage(1);
              monitor.checkMemory();
              monitor.checkMemory();
              GeventConfig.setMaxMemoryUsage(Long.MAX_VALUE);
              monitor.checkMemory();
              monitor.checkMemory();
            } finally {
              GeventConfig.setMaxMemoryUsage(0);
            }
          });
    }
    assertThat(events)
        .hasExactlyElementsOfTypes(
            GeventEvents.MemoryUsageThresholdExceeded.class,
            GeventEvents.MemoryUsageUnderThreshold.class);
  }

  @Test
  @Parity({"GE-1.1.17", "GE-1.16.11"})
  void whatCanBeSet() {
    assertThat(GeventConfig.threadPoolSize()).isEqualTo(10);
    assertThat(GeventConfig.threadPoolIdleTaskTimeout()).isEqualTo(ofSeconds(5));
    assertThat(GeventConfig.memoryMonitorPeriod()).isEqualTo(ofSeconds(5));
    assertThat(GeventConfig.trackGreenletTree()).isFalse();
    assertThat(GeventConfig.loopExit()).isEqualTo(GeventConfig.OnLoopExit.RAISE);
    GeventConfig.setThreadPoolSize(3);
    try (var t = TestLoop.virtual()) {
      t.run(() -> assertThat(Gevent.hub().threadPool().maxSize()).isEqualTo(3));
    } finally {
      GeventConfig.setThreadPoolSize(10);
    }
  }
}
