package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.reactor.Reactors;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a request costs, apart from time. */
class HotPathTest {
  private static final int ROUNDS = 20_000;

  /** The first ones load, grow and compile. */
  private static final int BATCHES = 20;

  @Test
  @FullMode("in portable mode the JDK's scheduler allocates for each switch")
  void aReadAndAWriteAllocateNothing(@TempDir Path folder) throws Exception {
    Path output = folder.resolve("output");
    // A JVM of its own: in one that has seen a hundred kinds of wires the compiler guesses less.
    var command = new ArrayList<String>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("--add-") || a.startsWith("--enable-") || a.startsWith("-Djdk."))
        .forEach(command::add);
    String engine = System.getProperty(Reactors.ENGINE_PROPERTY);
    if (engine != null) {
      command.add("-D" + Reactors.ENGINE_PROPERTY + "=" + engine);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    Process child =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.DISCARD) // the watchdog may speak there
            .redirectOutput(output.toFile())
            .start();
    boolean ended = child.waitFor(60, TimeUnit.SECONDS);
    child.destroyForcibly();

    assertThat(ended).isTrue();
    // Two writes and two reads a round; what the JVM itself does now and then is far below a byte.
    assertThat(Long.parseLong(Files.readString(output).strip())).isLessThan(ROUNDS);
  }

  /** Prints what the best batch of rounds has allocated. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      System.out.println(HotPathTest.least());
    }
  }

  private static long least() {
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
    return least.get();
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
