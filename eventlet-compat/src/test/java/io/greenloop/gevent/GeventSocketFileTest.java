package io.greenloop.gevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.testing.Parity;
import io.greenloop.testing.RealTime;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What {@code makefile} gives of a socket. */
@RealTime
class GeventSocketFileTest {
  private interface Body {
    void run(GeventSocket one, GeventSocket two) throws Exception;
  }

  private static void withPair(Body body) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var pair = Net.pair();
            try (var one = pair.get(0);
                var two = pair.get(1)) {
              body.run(one, two);
            }
          });
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  @Parity("GE-1.11.9")
  void theConnectionEndsWithTheLastOfTheSocketAndItsFiles() {
    withPair(
        (one, two) -> {
          GeventFile first = one.makeFile();
          GeventFile second = one.makeFile();
          one.close();
          assertThat(one.isClosed()).isTrue();
          first.close();
          first.close();
          second.write(bytes("still open"));
          second.flush();
          assertThat(two.receive(100)).asString(UTF_8).isEqualTo("still open");
          second.close();
          assertThat(two.receive(100)).isEmpty();
          assertThatThrownBy(() -> one.receive(1)).isInstanceOf(ClosedChannelException.class);
        });
  }

  @Test
  @Parity("GE-1.11.9")
  void aFileThatIsClosedBeforeItsSocketLeavesThatOpen() {
    withPair(
        (one, two) -> {
          try (var file = one.makeFile()) {
            file.write(bytes("sent by close\n"));
          }
          assertThat(two.receive(100)).asString(UTF_8).isEqualTo("sent by close\n");
          one.sendAll(bytes("the socket itself"));
          assertThat(two.receive(100)).asString(UTF_8).isEqualTo("the socket itself");
        });
  }

  @Test
  void whatWasReadAheadOutlastsAWrite() {
    withPair(
        (one, two) -> {
          var file = one.makeFile();
          two.sendAll(bytes("first\nsecond\n"));
          assertThat(file.readLine()).asString(UTF_8).isEqualTo("first\n");
          file.write(bytes("answer\n"));
          assertThat(file.readLine()).asString(UTF_8).isEqualTo("second\n");
          file.flush();
          assertThat(two.receive(100)).asString(UTF_8).isEqualTo("answer\n");
          file.close();
        });
  }

  @Test
  void oneReadsWhileAnotherWrites() {
    withPair(
        (one, two) -> {
          var file = one.makeFile(0);
          var reader = Gevent.spawn(() -> new String(file.readLine(), UTF_8));
          Gevent.sleep();
          file.write(bytes("written at once: no buffer"));
          assertThat(two.receive(100)).asString(UTF_8).startsWith("written");
          two.sendAll(bytes("line\n"));
          assertThat(reader.get()).isEqualTo("line\n");
          file.close();
        });
  }

  @Test
  void aReaderLeavesWhatTheOtherGreenletHasNotFlushed() {
    withPair(
        (one, two) -> {
          var file = one.makeFile();
          file.write(bytes("later"));
          two.sendAll(bytes("line\n"));
          file.readLine();
          assertThat(Timeout.silent(Duration.ofMillis(20), () -> two.receive(100))).isFalse();
          file.close();
          assertThat(two.receive(100)).asString(UTF_8).isEqualTo("later");
        });
  }

  @Test
  void aServerSendsAndEndsWhatItsHandlerLeftOpen() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            try (var server =
                new StreamServer(
                    new InetSocketAddress("127.0.0.1", 0),
                    (socket, caller) -> {
                      GeventFile file = socket.makeFile();
                      file.write(bytes("you said " + new String(file.readLine(), UTF_8)));
                    })) {
              server.start();
              try (var client = Net.connect("127.0.0.1", server.serverPort())) {
                client.sendAll(bytes("hello\n"));
                assertThat(allOf(client)).isEqualTo("you said hello\n");
              }
            }
          });
    }
  }

  private static String allOf(GeventSocket client) throws IOException {
    try (GeventFile file = client.makeFile()) {
      return new String(file.readAll(), UTF_8);
    }
  }
}
