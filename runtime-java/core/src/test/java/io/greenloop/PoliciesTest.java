package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What stands here for asyncio's policies and child watchers. */
class PoliciesTest {
  @Test
  @Parity({"POL-1", "POL-4"})
  void theLoopOfARunComesFromItsFactoryAndFromNowhereElse() {
    var made = new AtomicReference<EventLoop>();
    var options =
        RunOptions.DEFAULT.loopFactory(
            () -> {
              made.set(EventLoop.create());
              return made.get();
            });

    EventLoop ran = Aio.run(options, EventLoop::current);
    EventLoop other = Aio.run(EventLoop::current);

    assertThat(ran).isSameAs(made.get()).isNotSameAs(other);
  }

  @Test
  @RealTime // a process of the system
  @Parity("POL-2")
  void theEndOfAChildProcessIsAwaitedWithoutAWatcher() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process child =
        new ProcessBuilder(java, "--version")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectErrorStream(true)
            .start();

    ProcessHandle ended = Aio.run(() -> Aio.wrap(child.toHandle().onExit()).join());

    assertThat(ended.pid()).isEqualTo(child.pid());
    assertThat(child.isAlive()).isFalse();
  }
}
