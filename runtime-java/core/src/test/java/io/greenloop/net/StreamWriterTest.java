package io.greenloop.net;

import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.testing.Parity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamWriterTest {
  private static final int BIG = 8 << 20; // more than the system buffers

  private static byte[] big() {
    byte[] bytes = new byte[BIG];
    new Random(11).nextBytes(bytes);
    return bytes;
  }

  private static <T> Task<T> spawn(String name, Callable<T> body) {
    return Aio.spawn(TaskOptions.named(name), body);
  }

  @Test
  @Parity({"STR-12"})
  void aWriteWaitsWhileTooMuchIsBuffered() {
    byte[] sent = big();
    Conversation.with(
        (client, server) -> {
          Task<Integer> writing =
              spawn(
                  "writing",
                  () -> {
                    client.writer().write(sent);
                    return 1;
                  });
          for (int i = 0; i < 100; i++) {
            yieldNow();
          }
          assertThat(writing.isDone()).isFalse();
          assertThat(client.writer().bufferSize()).isGreaterThan(StreamWriter.DEFAULT_HIGH_WATER);

          byte[] received = server.reader().readExactly(sent.length);
          writing.join();

          assertThat(received).isEqualTo(sent);
          assertThat(client.writer().bufferSize()).isZero();
        });
  }

  @Test
  @Parity({"STR-12", "AC-streams.4"})
  void anyNumberOfTasksDrainAndGoOnWhenTheBufferIsLow() {
    byte[] sent = big();
    Conversation.with(
        (client, server) -> {
          client.writer().drain(); // nothing to wait for

          assertThat(client.writer().tryWrite(ByteBuffer.wrap(sent))).isFalse();
          List<Task<Long>> draining = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            draining.add(
                spawn(
                    "drain " + i,
                    () -> {
                      client.writer().drain();
                      return client.writer().bufferSize();
                    }));
          }
          yieldNow();
          assertThat(draining).noneMatch(Task::isDone);

          assertThat(server.reader().readExactly(sent.length)).isEqualTo(sent);
          for (Task<Long> each : draining) {
            assertThat(each.join()).isLessThanOrEqualTo(StreamWriter.DEFAULT_HIGH_WATER / 4L);
          }
        });
  }

  @Test
  @Parity({"STR-12", "AC-streams.4"})
  void aLossReachesWhoDrainsAndEachLaterWrite() {
    Conversation.with(
        (client, server) -> {
          client.writer().tryWrite(ByteBuffer.wrap(big()));
          Task<Integer> draining =
              spawn(
                  "draining",
                  () -> {
                    client.writer().drain();
                    return 1;
                  });
          yieldNow();
          server.abort();

          assertThatThrownBy(draining::join).isInstanceOf(ConnectionResetException.class);
          assertThatThrownBy(() -> client.writer().write(bytes("x")))
              .isInstanceOf(ConnectionResetException.class);
          assertThatThrownBy(() -> client.reader().read(1))
              .isInstanceOf(ConnectionResetException.class);
          assertThatThrownBy(client::awaitClosed).isInstanceOf(ConnectionResetException.class);
        });
  }

  @Test
  @Parity({"AC-streams.4"})
  void afterTheCloseAWriteSaysSo() {
    Conversation.with(
        (client, server) -> {
          client.close();

          assertThatThrownBy(() -> client.writer().write(bytes("x")))
              .isExactlyInstanceOf(StreamClosedException.class)
              .hasMessage("write on " + client + ": the stream is closed");
          assertThatThrownBy(() -> client.writer().drain())
              .isExactlyInstanceOf(StreamClosedException.class)
              .hasMessage("drain on " + client + ": the stream is closed");
        });
  }

  @Test
  @Parity({"STR-13", "AC-streams.5"})
  void closeDoesNotWaitAndSendsWhatWasWritten() {
    byte[] sent = big();
    Conversation.with(
        (client, server) -> {
          client.writer().tryWrite(ByteBuffer.wrap(sent));
          client.close();
          assertThat(client.isClosing()).isTrue();
          Task<Integer> closing =
              spawn(
                  "closing",
                  () -> {
                    client.awaitClosed();
                    return 1;
                  });
          yieldNow();
          assertThat(closing.isDone()).isFalse();

          assertThat(server.reader().readAll()).isEqualTo(sent);
          assertThat(closing.join()).isEqualTo(1);
        });
  }

  @Test
  @Parity({"AC-streams.5"})
  void aCloseWithUnreadDataEndsAllTheSame() {
    Conversation.with(
        (client, server) -> {
          server.writer().write(bytes("never read"));
          client.close();
          client.awaitClosed();
          assertThat(client.isClosing()).isTrue();
        });
  }

  @Test
  @Parity({"STR-14"})
  void shutdownOutputComesBehindWhatWasWrittenAndTheOtherSideMayAnswer() {
    byte[] sent = big();
    Conversation.with(
        (client, server) -> {
          client.writer().tryWrite(ByteBuffer.wrap(sent));
          client.writer().shutdownOutput();
          assertThatThrownBy(() -> client.writer().write(bytes("x")))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("write on " + client + ": its output was shut down; write before that");

          assertThat(server.reader().readAll()).isEqualTo(sent);
          server.writer().write(bytes("answer"));
          assertThat(text(client.reader().readExactly(6))).isEqualTo("answer");
        });
  }

  @Test
  @Parity({"STR-14"})
  void theAddressesAreKnownAlsoAfterTheClose() {
    Conversation.with(
        (client, server) -> {
          assertThat(client.localAddress()).isEqualTo(server.remoteAddress());
          client.close();
          assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        });
  }

  @Test
  void whatACancelledWriteWasGivenIsSentAllTheSame() {
    byte[] sent = big();
    Conversation.with(
        (client, server) -> {
          Task<Integer> writing =
              spawn(
                  "writing",
                  () -> {
                    client.writer().write(sent);
                    return 1;
                  });
          yieldNow();
          writing.cancel();
          assertThatThrownBy(writing::join).isInstanceOf(CancelledError.class);
          client.writer().tryWrite(ByteBuffer.wrap(bytes("behind")));

          assertThat(server.reader().readExactly(sent.length)).isEqualTo(sent);
          assertThat(text(server.reader().readExactly(6))).isEqualTo("behind");
        });
  }

  @Test
  void writesOfSeveralTasksStayWhole() {
    Conversation.with(
        (client, server) -> {
          List<Task<Integer>> writers = new ArrayList<>();
          for (char c = 'a'; c < 'e'; c++) {
            byte[] message = new byte[1 << 20];
            Arrays.fill(message, (byte) c);
            writers.add(
                spawn(
                    "writer " + c,
                    () -> {
                      client.writer().write(message);
                      return 1;
                    }));
          }
          for (char c = 'a'; c < 'e'; c++) {
            byte[] message = server.reader().readExactly(1 << 20);
            assertThat(message).containsOnly((byte) c);
          }
          for (Task<Integer> writer : writers) {
            writer.join();
          }
        });
  }

  @Test
  void theMarksCanBeMovedAndAreChecked() {
    Conversation.with(
        (client, server) -> {
          assertThatThrownBy(() -> client.writer().setBufferLimits(1, 2))
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessage("write limits high = 1, low = 2 (expected high >= low >= 0)");

          client.writer().setBufferLimits(BIG * 2L, 0);
          assertThat(client.writer().tryWrite(ByteBuffer.wrap(big()))).isTrue();
          client.writer().setBufferLimits(1, 1);
          assertThat(client.writer().tryWrite(ByteBuffer.wrap(bytes("x")))).isFalse();
          client.writer().setBufferLimits(BIG * 2L, BIG * 2L);
          client.writer().drain();
        });
  }
}
