package io.greenloop.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.TaskGroup;
import java.time.Duration;

/**
 * Tasks of one loop that block, and a ticker on the same loop. What they wait for comes only when
 * the ticker has ticked while all of them were blocked: a call that held the loop would hold the
 * ticker too, and the test would never end.
 */
final class Crowd {
  private static final int TICKS = 50;

  interface Member {
    void run(int number) throws Exception;
  }

  private final int size;
  private final Promise<Integer> ticked = Aio.newPromise();
  private int waiting;
  private int ticks;

  Crowd(int size) {
    this.size = size;
  }

  /** Runs all members at once, and the ticker beside them. */
  void run(Member member) {
    tick();
    TaskGroup.run(
        group -> {
          for (int i = 0; i < size; i++) {
            int number = i;
            group.spawn(
                () -> {
                  member.run(number);
                  return number;
                });
          }
        });
    assertThat(ticks).isEqualTo(TICKS);
  }

  /** One more member is blocked by who calls this; parks that one until the ticker has ticked. */
  void awaitTicks() {
    waiting++;
    ticked.join();
  }

  /** As {@link #awaitTicks} for who is blocked elsewhere: tells how many are. */
  void blocked(int count) {
    waiting = count;
  }

  /** Completes when the ticker has ticked often enough. */
  Promise<Integer> ticked() {
    return ticked;
  }

  private void tick() {
    EventLoop.current()
        .callLater(
            Duration.ofMillis(1),
            () -> {
              if (waiting == size) {
                ticks++;
              }
              if (ticks == TICKS) {
                ticked.complete(ticks);
              } else {
                tick();
              }
            });
  }
}
