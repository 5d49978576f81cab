package io.greenloop.process;

import static io.greenloop.process.Children.bytes;
import static io.greenloop.process.Children.openPipes;
import static io.greenloop.process.Children.sh;
import static io.greenloop.process.Children.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Timeout;

/** A cancel that comes at any moment of any call that waits for a child. */
@Timeout(120)
class ProcessCancelTest {
  private static final int LONG = 4000;
  private static final int SHORT = 40;

  /** Cancels {@code call} after some turns, few or many, and waits for its end. */
  private static Task<?> cancelled(Random random, Callable<?> call) {
    Task<?> task = Aio.spawn(() -> call.call());
    int turns = random.nextInt(random.nextBoolean() ? SHORT : LONG);
    for (int i = 0; i < turns && !task.isDone(); i++) {
      Aio.yieldNow();
    }
    task.cancel();
    Aio.waitUntil(List.of(task));
    if (!task.isCancelled()) {
      assertThat(task.exceptionNow()).isNull();
    }
    return task;
  }

  private static void assertNothingIsLeft(long pipes) {
    until(() -> ProcessHandle.current().children().findAny().isEmpty());
    until(() -> openPipes() == pipes);
    until(() -> Children.threadsNamed("greenloop-std") == 0);
    until(() -> Children.threadsNamed("greenloop-process") == 0);
    assertThat(LoopThread.currentLoop().poller().interests()).isZero();
    assertThat(LoopThread.currentLoop().pendingTimers()).isZero();
  }

  @Seeds(25)
  @Parity({"SUB-1", "SUB-3", "AC-subprocess.2"})
  void aRunLeavesNothingBehindWheneverItIsCancelled(TestLoop t, long seed) {
    t.run(
        () -> {
          long pipes = openPipes();
          var random = new Random(seed);
          ProcessBuilder builder =
              sh(random.nextBoolean() ? "sleep 1000 & cat; sleep 1000" : "cat; echo x >&2");
          cancelled(random, () -> AsyncProcess.run(builder, new byte[random.nextInt(200_000)]));
          assertNothingIsLeft(pipes);
        });
  }

  @Seeds(25)
  @Parity({"SUB-1", "AC-subprocess.2"})
  void aStartGivesTheChildOrLeavesNothing(TestLoop t, long seed) {
    t.run(
        () -> {
          long pipes = openPipes();
          var random = new Random(seed);
          boolean pumped = random.nextBoolean();
          Task<?> starting =
              cancelled(random, () -> AsyncProcess.start(new ProcessBuilder("cat"), pumped));
          if (!starting.isCancelled()) {
            ((AsyncProcess) starting.getNow()).close();
          }
          assertNothingIsLeft(pipes);
        });
  }

  @Seeds(25)
  @Parity({"SUB-2", "SUB-3", "SUB-5", "AC-subprocess.2", "AC-subprocess.5"})
  void noWaitForAChildHarmsItOrLeavesAnything(TestLoop t, long seed) {
    t.run(
        () -> {
          long pipes = openPipes();
          var random = new Random(seed);
          var builder = new ProcessBuilder("cat").redirectError(ProcessBuilder.Redirect.DISCARD);
          try (AsyncProcess cat = AsyncProcess.start(builder, random.nextBoolean())) {
            var calls = new ArrayList<Callable<?>>();
            calls.add(() -> cat.join());
            calls.add(() -> cat.stdout().read(100));
            calls.add(
                () -> {
                  cat.signal("CONT");
                  return null;
                });
            for (int i = 0; i < 4; i++) {
              cancelled(random, calls.get(random.nextInt(calls.size())));
            }
            ByteBuffer input = ByteBuffer.wrap(bytes("0123456789".repeat(20_000)));
            Task<byte[]> reading = Aio.spawn(() -> cat.stdout().readExactly(200_000));
            while (input.hasRemaining()) { // until one was not cancelled before its first step
              cancelled(
                  random,
                  () -> {
                    cat.stdin().write(input);
                    return null;
                  });
            }
            assertThat(reading.join()).isEqualTo(input.array());
            assertThat(cat.exitCode()).isEmpty();

            Task<?> communicating = cancelled(random, () -> cat.communicate(null));
            if (communicating.isCancelled()) {
              cat.stdin().close();
              assertThat(cat.stdout().readAll()).isEmpty();
            }
            assertThat(cat.join()).isZero();
          }
          assertNothingIsLeft(pipes);
        });
  }

  @Seeds(25)
  @Parity({"SUB-4", "AC-subprocess.2"})
  void aStopThatIsCancelledKills(TestLoop t, long seed) {
    t.run(
        () -> {
          long pipes = openPipes();
          var random = new Random(seed);
          try (AsyncProcess stubborn =
              AsyncProcess.start(sh("trap '' TERM; sleep 1000 & while :; do sleep 0.01; done"))) {
            Duration grace = random.nextBoolean() ? Duration.ofHours(1) : Duration.ofMillis(5);
            Task<?> stopping = cancelled(random, () -> stubborn.stop(grace));
            if (stopping.isCancelled() && random.nextBoolean()) {
              cancelled(random, () -> stubborn.stop(Duration.ZERO));
            }
          }
          assertNothingIsLeft(pipes);
        });
  }
}
