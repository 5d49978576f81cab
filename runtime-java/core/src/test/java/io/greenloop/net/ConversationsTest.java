package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Conversations give the same trace here and in CPython's asyncio. The golden file holds them, each
 * with CPython's trace; {@code src/test/python/transports_oracle.py} says how they read, and writes
 * the file anew.
 */
@Timeout(60)
class ConversationsTest {
  private static final int TURNS_TO_SETTLE = 200; // sockets are asked once in 64

  private static final class Boom extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class BufferedNoting extends Noting implements BufferedProtocol {
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    BufferedNoting(List<String> ways, List<String> trace) {
      super(ways, trace);
    }

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      buffer = ByteBuffer.allocate(64);
      return buffer;
    }

    @Override
    public void bufferUpdated(int count) {
      assertThat(buffer.position()).isEqualTo(count);
      dataReceived(buffer.flip());
    }
  }

  private static class Noting implements Protocol {
    private final List<String> ways;
    private final List<String> trace;
    private @Nullable Transport transport;

    Noting(List<String> ways, List<String> trace) {
      this.ways = ways;
      this.trace = trace;
    }

    private void note(String what, String name) {
      if (what.startsWith("data ") && trace.getLast().startsWith("data ")) {
        trace.add(trace.removeLast() + what.substring("data ".length()));
      } else {
        trace.add(what);
      }
      if (ways.contains("raise-" + name)) {
        throw new Boom();
      }
    }

    @Override
    public void connectionMade(Transport made) {
      transport = made;
      note("made", "made");
      if (ways.contains("pause-at-once")) {
        made.pauseReading();
      }
      if (ways.contains("close-at-once")) {
        made.close();
      }
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      note("data " + StandardCharsets.US_ASCII.decode(data.duplicate()), "data");
      if (ways.contains("echo") && transport != null) {
        transport.write(data);
      }
      if (ways.contains("close-on-data") && transport != null) {
        transport.close();
      }
    }

    @Override
    public boolean eofReceived() {
      note("eof", "eof");
      return ways.contains("keep");
    }

    @Override
    public void pauseWriting() {
      note("pause", "pause");
    }

    @Override
    public void resumeWriting() {
      note("resume", "resume");
    }

    @Override
    public void connectionLost(@Nullable Throwable reason) {
      String how =
          switch (reason) {
            case null -> "well";
            case ConnectionResetException e -> "reset";
            case BrokenPipeException e -> "reset";
            default -> reason.getClass().getSimpleName();
          };
      note("lost " + how, "lost");
    }
  }

  static Stream<String> conversations() throws IOException {
    try (InputStream file = ConversationsTest.class.getResourceAsStream("conversations.golden")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("conversations")
  @Parity({
    "TR-1",
    "TR-3",
    "TR-4",
    "TR-5",
    "TR-6",
    "TR-7",
    "TR-8",
    "TR-9",
    "TR-10",
    "TR-12",
    "TLS-3",
    "TLS-4",
    "TLS-7",
    "AC-selector-events.1",
    "AC-selector-events.4",
    "AC-selector-events.6"
  })
  void theTraceIsThatOfCPython(String line) {
    String[] halves = line.split(" => ");
    String[] program = halves[0].split(": ");
    List<String> trace = new ArrayList<>();
    try (var t = TestLoop.real()) {
      t.loop().setExceptionHandler((loop, error) -> trace.add("report"));
      t.run(() -> hold(List.of(program[0].split(" ")), program[1].split(", "), trace));
    }
    assertThat(String.join(", ", trace)).isEqualTo(halves[1]);
  }

  private static void hold(List<String> ways, String[] steps, List<String> trace) throws Exception {
    SocketChannel[] pair = Loopback.narrowPair();
    EventLoop loop = EventLoop.current();
    ProtocolFactory<Noting> factory =
        () -> ways.contains("buffered") ? new BufferedNoting(ways, trace) : new Noting(ways, trace);
    ConversationPeer peer;
    Transport transport;
    if (ways.contains("tls")) {
      TlsOptions options = Certificates.localhost().withTruncationAllowed(true);
      Task<Connection<Noting>> adopting = loop.adopt(pair[0], options, factory);
      peer = ConversationPeer.tls(pair[1]);
      transport = adopting.join().transport();
    } else {
      peer = ConversationPeer.plain(pair[1]);
      transport = loop.adopt(pair[0], factory).join().transport();
    }
    settle();
    for (String step : steps) {
      perform(step.split(" "), transport, peer, trace);
      settle();
    }
    transport.abort();
    settle();
    peer.close();
    settle();
  }

  private static void perform(
      String[] step, Transport transport, ConversationPeer peer, List<String> trace)
      throws Exception {
    switch (step[0]) {
      case "peer-sends" -> peer.send(step[1]);
      case "peer-ends" -> peer.end();
      case "peer-cuts" -> peer.cut();
      case "peer-resets" -> peer.reset();
      case "peer-reads" -> trace.add("peer " + peer.drained(() -> transport.writeBufferSize() > 0));
      case "write" -> transport.write(new byte[Integer.parseInt(step[1])]);
      case "writelines" ->
          transport.writeAll(
              Arrays.stream(step)
                  .skip(1)
                  .map(size -> ByteBuffer.allocate(Integer.parseInt(size)))
                  .toList());
      case "limits" ->
          transport.setWriteBufferLimits(Long.parseLong(step[1]), Long.parseLong(step[2]));
      case "close" -> transport.close();
      case "abort" -> transport.abort();
      case "end" -> {
        try {
          transport.shutdownOutput();
        } catch (UnsupportedOperationException refused) {
          trace.add("refused");
        }
      }
      case "pause" -> transport.pauseReading();
      case "resume" -> transport.resumeReading();
      default -> throw new AssertionError(step[0]);
    }
  }

  static void settle() {
    Talk.turns(TURNS_TO_SETTLE);
  }
}
