package io.greenloop.greenlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.testing.FullMode;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stacks read while another thread reads one, which takes it long: readers must not park. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GreenletStackTest {
  private static final int DEEP = 3_000;
  private static final int READS = 200;

  private final CountDownLatch reads = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private @Nullable Thread reader;

  @BeforeEach
  void readADeepStackAgainAndAgain() throws Exception {
    reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  Greenlet deep = new Greenlet(args -> descend(DEEP));
                  deep.switchTo();
                  while (end.getCount() > 0) {
                    deep.getStackTrace();
                    reads.countDown();
                  }
                  deep.close();
                });
    reads.await();
  }

  @AfterEach
  void stopReading() throws Exception {
    end.countDown();
    reader.join();
  }

  private static @Nullable Object descend(int depth) {
    return depth == 0 ? Greenlet.current().getParent().switchTo() : descend(depth - 1);
  }

  private static @Nullable Object waiting(@Nullable Object... args) {
    Greenlet parent = Greenlet.current().getParent();
    for (Object got = args[0]; !"end".equals(got); ) {
      got = parent.switchTo(got);
    }
    return "ended";
  }

  @Test
  void aTaskReadsTheStackOfAnothersGreenletWhileThatSwitches() {
    Aio.run(
        () -> {
          Promise<Greenlet> made = Aio.newPromise();
          Task<Integer> reading =
              Aio.spawn(
                  () -> {
                    Greenlet g = made.join();
                    int frames = 0;
                    for (int i = 0; i < READS; i++) {
                      frames += g.getStackTrace().length;
                      Aio.yieldNow();
                    }
                    return frames;
                  });
          Greenlet g = new Greenlet(GreenletStackTest::waiting);
          g.switchTo("first");
          made.complete(g);
          while (!reading.isDone()) {
            g.switchTo("again");
            Aio.yieldNow();
          }

          assertThat(reading.join()).isPositive();
          assertThat(g.switchTo("end")).isEqualTo("ended");
        });
  }

  @Test
  @FullMode("in portable mode a callback is never put aside")
  void aCallbackThatReadsAStackKeepsItsGreenlets() {
    Aio.run(
        () -> {
          Promise<Greenlet> made = Aio.newPromise();
          made.loop()
              .callSoon(
                  () -> {
                    Greenlet g = new Greenlet(GreenletStackTest::waiting);
                    g.switchTo("first");
                    for (int i = 0; i < READS; i++) {
                      g.getStackTrace();
                    }
                    made.complete(g);
                  });
          Greenlet g = made.join();
          Promise<@Nullable Object> ended = Aio.newPromise();
          ended
              .loop()
              .callSoon(
                  () -> {
                    try {
                      ended.complete(g.switchTo("end"));
                    } catch (GreenletError refused) {
                      ended.complete(refused);
                    }
                  });

          assertThat(ended.join()).isEqualTo("ended");
        });
  }
}
