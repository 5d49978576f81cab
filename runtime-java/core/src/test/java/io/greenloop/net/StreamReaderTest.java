package io.greenloop.net;

import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.Waiter;
import io.greenloop.testing.Parity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamReaderTest {
  private static <T> Task<T> spawn(String name, Callable<T> body) {
    return Aio.spawn(TaskOptions.named(name), body);
  }

  @Test
  @Parity({"STR-1", "STR-3", "AC-streams.1"})
  void readTakesWhatIsThereUpToItsLimit() {
    Conversation.with(
        (client, server) -> {
          client.writer().write(bytes("hello"));

          assertThat(server.reader().read(0)).isEmpty();
          assertThat(text(server.reader().read(2))).isEqualTo("he");
          assertThat(text(server.reader().read(100))).isEqualTo("llo");
        });
  }

  @Test
  @Parity({"STR-3", "AC-streams.1"})
  void readWaitsForTheFirstByteAndIsEmptyAtTheEnd() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = Aio.spawn(() -> server.reader().read(10));
          yieldNow();
          assertThat(reading.isDone()).isFalse();

          client.writer().write(bytes("x"));
          client.writer().shutdownOutput();

          assertThat(text(reading.join())).isEqualTo("x");
          assertThat(server.reader().atEof()).isFalse();
          assertThat(server.reader().read(10)).isEmpty();
          assertThat(server.reader().atEof()).isTrue();
          assertThat(server.reader().read(10)).isEmpty();
        });
  }

  @Test
  @Parity({"STR-3", "AC-streams.1"})
  void readAllTakesEverythingUntilTheEnd() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = Aio.spawn(() -> server.reader().readAll());
          yieldNow();
          client.writer().write(bytes("one "));
          yieldNow();
          client.writer().write(bytes("two"));
          client.writer().shutdownOutput();

          assertThat(text(reading.join())).isEqualTo("one two");
        });
  }

  @Test
  @Parity({"STR-4", "AC-streams.3"})
  void readExactlyTakesAsMuchAsItSays() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = Aio.spawn(() -> server.reader().readExactly(6));
          client.writer().write(bytes("abc"));
          yieldNow();
          client.writer().write(bytes("defg"));

          assertThat(text(reading.join())).isEqualTo("abcdef");
          assertThat(server.reader().readExactly(0)).isEmpty();
          assertThat(text(server.reader().read(9))).isEqualTo("g");
        });
  }

  @Test
  @Parity({"STR-4", "AC-streams.3"})
  void readExactlyIsNotHeldToTheLimit() {
    byte[] sent = new byte[300_000];
    new Random(5).nextBytes(sent);
    Conversation.with(
        16,
        (client, server) -> {
          spawn(
              "writing",
              () -> {
                client.writer().write(sent);
                return 1;
              });
          assertThat(server.reader().readExactly(sent.length)).isEqualTo(sent);
        });
  }

  @Test
  @Parity({"STR-4", "AC-streams.3", "EXC-5"})
  void readExactlyGivesWhatCameBeforeTheEnd() {
    Conversation.with(
        (client, server) -> {
          client.writer().write(bytes("abc"));
          client.writer().shutdownOutput();

          var e =
              catchThrowableOfType(
                  IncompleteReadException.class, () -> server.reader().readExactly(6));

          assertThat(e)
              .hasMessage(
                  "readExactly on " + server + ": the stream ended after 3 bytes (expected 6)");
          assertThat(text(e.partial())).isEqualTo("abc");
          assertThat(e.expected()).isEqualTo(6);
          assertThat(server.reader().atEof()).isTrue();
        });
  }

  @Test
  @Parity({"STR-4", "AC-streams.3"})
  void aNegativeCountIsRefused() {
    Conversation.with(
        (client, server) -> {
          assertThatThrownBy(() -> server.reader().readExactly(-1))
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessage("readExactly(-1): must not be negative");
          assertThatThrownBy(() -> server.reader().read(-1))
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessage("read(-1): must not be negative");
        });
  }

  @Test
  @Parity({"STR-5", "AC-streams.2"})
  void readUntilEndsWithItsSeparatorHoweverItIsCut() {
    Conversation.with(
        (client, server) -> {
          for (String part : List.of("one\r", "\ntwo\r\nthr", "ee\r\n")) {
            client.writer().write(bytes(part));
            yieldNow();
          }
          assertThat(text(server.reader().readUntil(bytes("\r\n")))).isEqualTo("one\r\n");
          assertThat(text(server.reader().readUntil(bytes("\r\n")))).isEqualTo("two\r\n");
          assertThat(text(server.reader().readUntil(bytes("\r\n")))).isEqualTo("three\r\n");
        });
  }

  @Test
  @Parity({"STR-5", "AC-streams.2"})
  void ofSeveralSeparatorsTheOneThatEndsFirstCounts() {
    Conversation.with(
        (client, server) -> {
          client.writer().write(bytes("AAAxBBByCCC--DDD-"));

          assertThat(text(server.reader().readUntil(bytes("y"), bytes("x")))).isEqualTo("AAAx");
          assertThat(text(server.reader().readUntil(bytes("y"), bytes("x")))).isEqualTo("BBBy");
          assertThat(text(server.reader().readUntil(bytes("--"), bytes("-")))).isEqualTo("CCC-");
          assertThat(text(server.reader().readUntil(bytes("C--"), bytes("-")))).isEqualTo("-");
        });
  }

  @Test
  @Parity({"STR-5", "AC-streams.2", "EXC-5"})
  void whatIsLongerThanTheLimitStaysInTheBuffer() {
    Conversation.with(
        4,
        (client, server) -> {
          client.writer().write(bytes("toolong\nok\n"));

          var e =
              catchThrowableOfType(
                  LimitOverrunException.class, () -> server.reader().readUntil(bytes("\n")));

          assertThat(e)
              .hasMessage(
                  "readUntil on " + server + ": a separator comes after the limit of 4 bytes");
          assertThat(e.consumed()).isEqualTo(7);
          assertThat(text(server.reader().readExactly(8))).isEqualTo("toolong\n");
          assertThat(text(server.reader().readUntil(bytes("\n")))).isEqualTo("ok\n");
        });
  }

  @Test
  @Parity({"STR-5", "AC-streams.2", "EXC-5"})
  void whatNeverEndsIsFoundOutAtTheLimit() {
    Conversation.with(
        4,
        (client, server) -> {
          client.writer().write(bytes("endless"));

          var e =
              catchThrowableOfType(
                  LimitOverrunException.class, () -> server.reader().readUntil(bytes("\n")));

          assertThat(e)
              .hasMessage(
                  "readUntil on " + server + ": no separator comes within the limit of 4 bytes");
          assertThat(e.consumed()).isEqualTo(7);
          assertThat(text(server.reader().read(99))).isEqualTo("endless");
        });
  }

  @Test
  @Parity({"STR-5", "AC-streams.2"})
  void readUntilGivesWhatCameBeforeTheEnd() {
    Conversation.with(
        (client, server) -> {
          client.writer().write(bytes("some data"));
          client.writer().shutdownOutput();

          var e =
              catchThrowableOfType(
                  IncompleteReadException.class, () -> server.reader().readUntil(bytes("\n")));

          assertThat(e)
              .hasMessage(
                  "readUntil on "
                      + server
                      + ": the stream ended after 9 bytes (no separator came)");
          assertThat(text(e.partial())).isEqualTo("some data");
          assertThat(e.expected()).isEqualTo(-1);
        });
  }

  @Test
  @Parity({"STR-5", "AC-streams.2"})
  void readUntilWantsASeparator() {
    Conversation.with(
        (client, server) -> {
          assertThatThrownBy(() -> server.reader().readUntil())
              .hasMessage("readUntil: name a separator");
          assertThatThrownBy(() -> server.reader().readUntil(bytes("a"), bytes("")))
              .hasMessage("readUntil: a separator is empty");
        });
  }

  @Test
  @Parity({"STR-6", "STR-7", "AC-streams.1"})
  void linesComeWithTheirLineFeedsAndTheLastOneWithout() {
    Conversation.with(
        (client, server) -> {
          client.writer().write(bytes("one\n\nthree"));
          client.writer().shutdownOutput();
          var lines = new ArrayList<String>();

          for (ByteBuffer line : server.reader().lines()) {
            lines.add(StandardCharsets.US_ASCII.decode(line).toString());
          }

          assertThat(lines).containsExactly("one\n", "\n", "three");
          assertThat(server.reader().readLine()).isEmpty();
        });
  }

  @Test
  @Parity({"STR-6", "AC-streams.1"})
  void aLineThatIsTooLongIsDroppedAndTheNextOneIsWhole() {
    Conversation.with(
        4,
        (client, server) -> {
          client.writer().write(bytes("toolong\nok\nagain and again"));

          assertThatThrownBy(() -> server.reader().readLine())
              .isExactlyInstanceOf(LimitOverrunException.class)
              .hasMessage(
                  "readLine on " + server + ": a separator comes after the limit of 4 bytes");
          assertThat(text(server.reader().readLine())).isEqualTo("ok\n");
          assertThatThrownBy(() -> server.reader().readLine())
              .isExactlyInstanceOf(LimitOverrunException.class)
              .hasMessage(
                  "readLine on " + server + ": no separator comes within the limit of 4 bytes");
          client.writer().write(bytes("ok\n"));
          assertThat(text(server.reader().readLine())).isEqualTo("ok\n");
        });
  }

  @Test
  @Parity({"STR-8", "AC-streams.3"})
  void aCancelledReadTakesNothing() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = Aio.spawn(() -> server.reader().readExactly(6));
          client.writer().write(bytes("abc"));
          while (server.reader().buffered() < 3) {
            yieldNow();
          }
          reading.cancel();
          assertThatThrownBy(reading::join).isInstanceOf(CancelledError.class);

          assertThat(text(server.reader().read(9))).isEqualTo("abc");
        });
  }

  @Test
  @Parity({"STR-8"})
  void aReadThatIsCancelledWithItsBytesInHandPutsThemBack() {
    Conversation.with(
        (client, server) -> {
          var inHand = new Waiting();
          server.reader().readExactly(3, inHand);
          client.writer().write(bytes("abcdef"));
          do {
            yieldNow();
          } while (inHand.isWaiting());
          inHand.abandon();

          var target = ByteBuffer.allocate(8);
          assertThat(server.reader().read(target)).isEqualTo(6);
          assertThat(Loopback.text(target)).isEqualTo("abcdef");
        });
  }

  @Test
  @Parity({"STR-8"})
  void aReadThatIsCancelledWhenItIsToldOfDataTakesNothing() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = spawn("reading", () -> server.reader().read(3));
          yieldNow();
          client.writer().write(bytes("abc"));
          do {
            yieldNow();
          } while (!server.reader().isWoken() && !reading.isDone());
          reading.cancel();

          assertThatThrownBy(reading::join).isInstanceOf(CancelledError.class);
          assertThat(text(server.reader().read(9))).isEqualTo("abc");
        });
  }

  @Test
  void aReaderThatIsToldOfDataIsStillTheOnlyOne() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = spawn("reading", () -> server.reader().read(3));
          yieldNow();
          client.writer().write(bytes("abc"));
          do {
            yieldNow();
          } while (!server.reader().isWoken() && !reading.isDone());

          assertThatThrownBy(() -> server.reader().read(3))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessageContaining("task 'reading' already waits for its data");
          assertThat(text(reading.join())).isEqualTo("abc");
        });
  }

  @Test
  @Parity({"STR-9"})
  void aSecondReaderIsRefusedWithBothNames() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> first = spawn("first", () -> server.reader().read(1));
          yieldNow();
          Task<byte[]> second =
              Aio.spawn(TaskOptions.named("second"), () -> server.reader().readLine());

          assertThatThrownBy(second::join)
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "readLine on "
                      + server
                      + ": task 'first' already waits for its data, task 'second' may not;"
                      + " let one task read and hand on what it gets");
          client.writer().write(bytes("x"));
          assertThat(text(first.join())).isEqualTo("x");
        });
  }

  @Test
  @Parity({"STR-10"})
  void aPeerThatSendsMoreThanIsReadIsHeldUp() {
    byte[] chunk = new byte[64 * 1024];
    Conversation.with(
        1024,
        (client, server) -> {
          Task<Integer> sender =
              spawn(
                  "sender",
                  () -> {
                    for (int i = 0; i < 1000; i++) {
                      client.writer().write(chunk);
                    }
                    return 1;
                  });
          server.reader().readExactly(1);
          for (int i = 0; i < 1000; i++) {
            yieldNow();
          }

          assertThat(sender.isDone()).isFalse();
          assertThat(server.reader().buffered()).isLessThan(chunk.length);
          sender.cancel();
          client.abort();
        });
  }

  @Test
  @Parity({"STR-11", "AC-streams.1", "AC-streams.3"})
  void aResetReachesTheWaitingReadAndEachLaterOne() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = spawn("reading", () -> server.reader().readExactly(10));
          client.writer().write(bytes("abc"));
          while (server.reader().buffered() < 3) {
            yieldNow();
          }
          client.abort();

          assertThatThrownBy(reading::join).isInstanceOf(ConnectionResetException.class);
          assertThatThrownBy(() -> server.reader().read(1))
              .isInstanceOf(ConnectionResetException.class);
          assertThatThrownBy(() -> server.writer().write(bytes("x")))
              .isInstanceOf(ConnectionResetException.class);
        });
  }

  @Test
  @Parity({"AC-streams.5"})
  void aReadOnAClosedStreamSaysSo() {
    Conversation.with(
        (client, server) -> {
          Task<byte[]> reading = spawn("reading", () -> server.reader().read(1));
          yieldNow();
          server.close();

          assertThatThrownBy(reading::join)
              .isExactlyInstanceOf(StreamClosedException.class)
              .hasMessage(server + " was closed while a task waited on it");
          assertThatThrownBy(() -> server.reader().read(1))
              .isExactlyInstanceOf(StreamClosedException.class)
              .hasMessage("read on " + server + ": the stream is closed");
        });
  }

  /** Keeps what it is served. */
  private static final class Waiting extends Waiter<byte[]> {
    @Override
    protected void onServed(byte[] value) {}

    @Override
    protected void onFailed(Throwable failure) {}
  }
}
