package io.greenloop.internal.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import io.greenloop.reactor.BareReactor;
import io.greenloop.reactor.ReadySink;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.RealTime;
import java.nio.channels.Pipe;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A monitor that both the carrier and a task of its loop want: what a selector's close can meet.
 */
class CarrierMonitorTest {
  @Test
  @RealTime
  @Timeout(60)
  @FullMode("in portable mode no loop carries virtual threads")
  void aCarrierThatQueuesBehindItsOwnTaskForAMonitorGetsIt() throws Exception {
    var contended = new ContendedReactor();
    var options = LoopOptions.defaults().withNetwork(contended);
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    Thread holder = Thread.ofPlatform().start(contended::holdUntilTheCarrierWantsIt);
    contended.held.await();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      String entered =
          Aio.run(
              RunOptions.DEFAULT.loopFactory(() -> EventLoop.create(options)),
              () -> {
                EventLoop.current().addReader(source, () -> {});
                Task<String> task = Aio.spawn(contended::enter);
                Aio.yieldNow();
                String answer = task.join();
                EventLoop.current().removeReader(source);
                return answer + ", " + sink.isOpen();
              });

      assertThat(entered).isEqualTo("entered, true");
      assertThat(contended.entered).as("the carrier wanted the monitor").isTrue();
    }
    holder.join();
  }

  /** An engine that takes a monitor in its first poll after a task has queued for it. */
  private static final class ContendedReactor extends BareReactor {
    final CountDownLatch held = new CountDownLatch(1);
    final Object monitor = new Object();
    private volatile boolean wanted;
    volatile @Nullable Thread carrier;
    volatile boolean entered;

    void holdUntilTheCarrierWantsIt() {
      synchronized (monitor) {
        held.countDown();
        Thread waiting = carrier;
        while (waiting == null || waiting.getState() != Thread.State.BLOCKED) {
          LockSupport.parkNanos(100_000);
          waiting = carrier;
        }
      }
    }

    String enter() {
      wanted = true;
      synchronized (monitor) {
        return "entered";
      }
    }

    @Override
    public int poll(long timeoutNanos, ReadySink sink) {
      if (wanted && !entered) {
        carrier = Thread.currentThread();
        synchronized (monitor) {
          entered = true;
        }
      }
      if (timeoutNanos > 0) {
        LockSupport.parkNanos(timeoutNanos);
        Thread.interrupted();
      }
      return 0;
    }

    @Override
    public void wakeup() {
      LockSupport.unpark(carrier);
    }
  }
}
