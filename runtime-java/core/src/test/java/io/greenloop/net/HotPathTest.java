package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a request costs, apart from time. */
class HotPathTest {
  private static final int ROUNDS = 20_000;

  /** The first ones load, grow and compile. */
  private static final int BATCHES = 20;

  @Test
  @FullMode("in portable mode the JDK's scheduler allocates for each switch")
  void aReadAndAWriteAllocateNothing() {
    var least = new AtomicLong(Long.MAX_VALUE);
    Conversation.with(
        (client, server) -> {
          Task<?> echo = Aio.spawn(() -> echo(server));
          var message = ByteBuffer.allocateDirect(64);
          var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
          long carrier = carrierOf(threads);
          for (int i = 0; i < BATCHES && least.get() >= ROUNDS; i++) {
            long before = threads.getThreadAllocatedBytes(carrier);
            ask(client, message, ROUNDS);
            long allocated = threads.getThreadAllocatedBytes(carrier) - before;
            least.accumulateAndGet(allocated, Math::min);
          }
          client.close();
          echo.join();
        });

    // Two writes and two reads a round; what the JVM itself does now and then is far below a byte.
    assertThat(least.get()).isLessThan(ROUNDS);
  }

  private static long carrierOf(ThreadMXBean threads) {
    String name = EventLoop.current().toString().replaceFirst("loop '(.*)'", "greenloop-$1");
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().equals(name)) {
        return id;
      }
    }
    throw new AssertionError("no thread " + name);
  }

  private static Object echo(Stream stream) throws IOException {
    var buffer = ByteBuffer.allocateDirect(64);
    while (stream.reader().read(buffer.clear()) >= 0) {
      stream.writer().write(buffer.flip());
    }
    return "ended";
  }

  private static void ask(Stream stream, ByteBuffer message, int rounds) throws IOException {
    for (int i = 0; i < rounds; i++) {
      stream.writer().write(message.clear());
      message.clear();
      while (message.hasRemaining()) {
        stream.reader().read(message);
      }
    }
  }
}
