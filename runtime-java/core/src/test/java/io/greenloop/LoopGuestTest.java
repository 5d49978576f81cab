package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.internal.loop.LoopThread;
import io.greenloop.reactor.GuestChannel;
import io.greenloop.reactor.GuestSeat;
import io.greenloop.reactor.LoopGuest;
import io.greenloop.reactor.Reactor;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@RealTime // a guest lives on the thread that asks the operating system
class LoopGuestTest {
  /** Runs jobs of any thread, one timer, and remembers what it was told. */
  private static final class Guest implements LoopGuest, GuestChannel.Listener {
    final ConcurrentLinkedQueue<Runnable> jobs = new ConcurrentLinkedQueue<>();
    final List<String> trail = new ArrayList<>();
    long due = Long.MAX_VALUE;
    @Nullable Runnable atDue;
    int ready;

    @Override
    public void run() {
      if (ready != 0) {
        trail.add("ready " + ready);
        ready = 0;
      }
      if (nextDelayNanos() <= 0) {
        due = Long.MAX_VALUE;
        Objects.requireNonNull(atDue).run();
      }
      for (Runnable job = jobs.poll(); job != null; job = jobs.poll()) {
        job.run();
      }
    }

    @Override
    public long nextDelayNanos() {
      return due == Long.MAX_VALUE ? due : due - System.nanoTime();
    }

    @Override
    public void end() {
      trail.add("end");
    }

    @Override
    public void ready(int operations) {
      ready |= operations;
    }

    @Override
    public void failed(IOException cause) {
      trail.add("failed");
    }
  }

  @Test
  void anotherThreadWakesIt() {
    var guest = new Guest();
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          GuestSeat seat = loop.host(guest);
          Promise<Thread> told = loop.newPromise();
          guest.jobs.add(() -> told.complete(Thread.currentThread()));
          Thread.ofPlatform().start(seat::wakeup);
          assertThat(told.join()).isSameAs(seat.thread());
        });
    assertThat(guest.trail).containsExactly("end");
  }

  @Test
  void aTaskWakesItWithoutASystemCall() {
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          var guest = new Guest();
          GuestSeat seat = loop.host(guest);
          Promise<String> told = loop.newPromise();
          guest.jobs.add(() -> told.complete("run"));
          seat.wakeup();
          assertThat(told.join()).isEqualTo("run");
        });
  }

  @Test
  void itsTimerEndsTheSleep() {
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          var guest = new Guest();
          loop.host(guest);
          Promise<String> told = loop.newPromise();
          long start = System.nanoTime();
          guest.due = start + 20_000_000;
          guest.atDue = () -> told.complete("late");
          assertThat(told.join()).isEqualTo("late");
          assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
        });
  }

  @Test
  void itHearsOfItsChannelsWhileItWantsTo() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    Aio.run(
        () -> {
          var guest = new Guest();
          GuestChannel source = EventLoop.current().host(guest).watch(pipe.source(), guest);
          source.want(Reactor.READ);
          pipe.sink().write(ByteBuffer.allocate(1));
          while (guest.trail.isEmpty()) {
            Aio.sleep(Duration.ofMillis(1));
          }
          assertThat(guest.trail).containsOnly("ready " + Reactor.READ);

          source.want(0);
          Aio.yieldNow();
          guest.trail.clear();
          Aio.sleep(Duration.ofMillis(5));
          assertThat(guest.trail).isEmpty();
          source.release();
        });
    pipe.source().close();
    pipe.sink().close();
  }

  @Test
  void aChannelThatSomebodyHasIsRefused() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          var guest = new Guest();
          GuestSeat seat = loop.host(guest);
          Registration taken = loop.addReader(pipe.source(), () -> {});
          assertThatThrownBy(() -> seat.watch(pipe.source(), guest))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has it already");
          taken.remove();
        });
    pipe.source().close();
    pipe.sink().close();
  }

  @Test
  void whoHasLeftIsCalledNoMore() {
    var guest = new Guest();
    Aio.run(
        () -> {
          GuestSeat seat = EventLoop.current().host(guest);
          guest.jobs.add(() -> guest.trail.add("run"));
          seat.leave();
          seat.wakeup();
          Aio.sleep(Duration.ofMillis(5));
        });
    assertThat(guest.trail).isEmpty();
  }

  @Test
  void virtualTimeAndALoopThatStandsStillTakeNone() {
    try (var t = TestLoop.virtual()) {
      t.run(
          () ->
              assertThatThrownBy(() -> EventLoop.current().host(new Guest()))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageContaining("a guest needs a loop that runs, in real time"));
    }
  }

  @Test
  void whatItThrowsEndsTheRun() {
    assertThatThrownBy(
            () ->
                Aio.run(
                    () -> {
                      var guest = new Guest();
                      guest.jobs.add(
                          () -> {
                            throw new IllegalStateException("of the guest");
                          });
                      EventLoop.current().host(guest).wakeup();
                      Aio.sleep(Duration.ofMinutes(1));
                    }))
        .hasMessageContaining("of the guest");
    assertThat(LoopThread.currentLoop()).isNull();
  }
}
