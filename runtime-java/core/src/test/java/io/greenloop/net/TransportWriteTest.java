package io.greenloop.net;

import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Talk.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskFactory;
import io.greenloop.TaskOptions;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TransportWriteTest {
  private static final int BIG = 8 << 20; // more than the system buffers

  @TempDir Path folder;

  private static byte[] random(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  // ---- write -------------------------------------------------------------------------------

  @Test
  @Parity({"TR-2", "AC-selector-events.2"})
  void whatTheSystemDoesNotTakeIsCopiedAndSentLaterInOrder() {
    byte[] sent = random(BIG, 1);
    Talk.with(
        talk -> {
          ByteBuffer reused = ByteBuffer.allocate(BIG / 8);
          for (int i = 0; i < 8; i++) {
            reused.clear().put(sent, i * (BIG / 8), BIG / 8).flip();
            talk.transport.write(reused);
            assertThat(reused.hasRemaining()).isFalse();
          }
          talk.transport.write(new byte[0]);
          assertThat(talk.transport.writeBufferSize()).isPositive();
          Arrays.fill(reused.array(), (byte) 0);

          assertThat(talk.peerReads(BIG)).isEqualTo(sent);
          turns(5);
          assertThat(talk.transport.writeBufferSize()).isZero();
          assertThat(talk.trail).containsExactly("made", "pause", "resume");
        });
  }

  @Test
  @Parity({"TR-2", "AC-selector-events.2"})
  void nothingIsNoDataAndNullIsRefused() {
    Talk.with(
        talk -> {
          talk.transport.write(new byte[0]);
          talk.transport.writeAll(List.of());
          assertThat(talk.transport.writeBufferSize()).isZero();
          assertThatThrownBy(() -> talk.transport.write((byte[]) null))
              .isInstanceOf(NullPointerException.class);
        });
  }

  @Test
  @Parity({"TR-3", "AC-selector-events.3"})
  void severalBuffersGoOutInOrderHoweverFarTheFirstCallGets() {
    byte[] sent = random(BIG, 2);
    Talk.with(
        talk -> {
          List<ByteBuffer> parts = new ArrayList<>();
          parts.add(ByteBuffer.allocate(0));
          for (int at = 0, size = 1; at < BIG; at += size, size = size * 3 % 700_001 + 1) {
            parts.add(ByteBuffer.wrap(sent, at, Math.min(size, BIG - at)));
          }
          talk.transport.writeAll(parts);
          assertThat(parts).noneMatch(ByteBuffer::hasRemaining);
          assertThat(talk.trail).containsExactly("made", "pause");
          talk.transport.writeAll(List.of(ByteBuffer.wrap(bytes("end"))));
          assertThat(talk.peerReads(BIG)).isEqualTo(sent);
          assertThat(talk.peerReads(3)).isEqualTo(bytes("end"));
          talk.untilTrailHas(3);
        });
  }

  @Test
  @Parity({"TR-2", "TR-3", "TR-8", "AC-selector-events.2", "AC-selector-events.3"})
  void afterTheLossWritesAreDroppedAndFromTheFifthOnLogged() {
    var lines = new ConcurrentLinkedQueue<Object>();
    Logger logger = Logger.getLogger("io.greenloop");
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            if (line.getMessage().contains("writes after the end")) {
              lines.add(line.getParameters()[1]);
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      Talk.with(
          talk -> {
            talk.transport.write(new byte[BIG]);
            talk.transport.abort();
            assertThat(talk.transport.writeBufferSize()).isZero();
            for (int i = 0; i < 3; i++) {
              ByteBuffer data = ByteBuffer.wrap(bytes("x"));
              talk.transport.write(data);
              assertThat(data.hasRemaining()).isFalse();
            }
            turns(3);
            talk.transport.writeAll(List.of(ByteBuffer.wrap(bytes("x"))));
            assertThat(lines).isEmpty();
            talk.transport.write(bytes("x"));
            talk.transport.write(bytes("x"));
            assertThat(lines).containsExactly(5, 6);
            assertThat(talk.trail).containsExactly("made", "pause", "lost well");
          });
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  @Parity({"TR-8", "AC-selector-events.2"})
  void aFailedWriteLosesTheConnectionAndIsNotReported() {
    Talk.with(
        talk -> {
          talk.transport.pauseReading(); // so that it is the write that finds out
          talk.transport.write(new byte[BIG]);
          talk.peer.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
          Sockets.close(talk.peer);
          talk.untilTrailHas(3);
          turns(3);
          assertThat(talk.trail.subList(0, 2)).containsExactly("made", "pause");
          assertThat(talk.trail.get(2))
              .isIn("lost ConnectionResetException", "lost BrokenPipeException");
          assertThat(talk.trail).hasSize(3);
          assertThat(talk.test.errors()).isEmpty();
        });
  }

  // ---- closing -----------------------------------------------------------------------------

  @Test
  @Parity({"TR-6", "AC-selector-events.4"})
  void closeSendsWhatIsBufferedThenTheConnectionIsLostOnce() {
    byte[] sent = random(BIG, 3);
    Talk.with(
        talk -> {
          talk.transport.write(sent);
          talk.transport.close();
          talk.transport.close();
          turns(10);
          assertThat(talk.trail).containsExactly("made", "pause");
          assertThat(talk.peerReads(BIG)).isEqualTo(sent);
          assertThat(talk.peerReads(1)).isEmpty();
          turns(3);
          assertThat(talk.trail).containsExactly("made", "pause", "resume", "lost well");
        });
  }

  @Test
  @Parity({"TR-7", "AC-selector-events.4"})
  void abortDropsWhatIsBuffered() {
    Talk.with(
        talk -> {
          talk.transport.write(new byte[BIG]);
          talk.transport.close();
          talk.transport.abort();
          talk.transport.abort();
          assertThat(talk.trail).containsExactly("made", "pause");
          turns(3);
          assertThat(talk.trail).containsExactly("made", "pause", "lost well");
          assertThatThrownBy(() -> talk.peerReads(BIG))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("reset");
        });
  }

  @Test
  @Parity({"TR-10", "AC-selector-events.2"})
  void shutdownOutputComesBehindWhatIsBufferedAndReadingGoesOn() {
    byte[] sent = random(BIG, 4);
    Talk.with(
        talk -> {
          talk.transport.write(sent);
          talk.transport.shutdownOutput();
          talk.transport.shutdownOutput();
          assertThatThrownBy(() -> talk.transport.write(bytes("x")))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "write on " + talk.transport + ": its output was shut down; write before that");
          assertThatThrownBy(() -> talk.transport.writeAll(List.of()))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "writeAll on "
                      + talk.transport
                      + ": its output was shut down; write before that");
          assertThat(talk.peerReads(BIG)).isEqualTo(sent);
          assertThat(talk.peerReads(1)).isEmpty();
          talk.peerSends("still");
          talk.untilTrailHas(4);
          assertThat(talk.trail).containsExactly("made", "pause", "resume", "still");
          talk.transport.close();
          talk.transport.shutdownOutput(); // nothing happens after the end
        });
  }

  // ---- flow control ------------------------------------------------------------------------

  @Test
  @Parity({"TR-4", "AC-selector-events.8"})
  void theLimitsHaveDefaultsAndRatiosAndAreChecked() {
    assertThat(WriteLimits.DEFAULT).isEqualTo(new WriteLimits(65536, 16384));
    assertThat(WriteLimits.ofHigh(1000)).isEqualTo(new WriteLimits(1000, 250));
    assertThat(WriteLimits.ofLow(1000)).isEqualTo(new WriteLimits(4000, 1000));
    assertThatThrownBy(() -> new WriteLimits(1, 2))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("write limits high = 1, low = 2 (expected high >= low >= 0)");
    assertThatThrownBy(() -> new WriteLimits(1, -1))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("write limits high = 1, low = -1 (expected high >= low >= 0)");
    Talk.with(
        talk -> {
          assertThat(talk.transport.writeBufferLimits()).isEqualTo(WriteLimits.DEFAULT);
          talk.transport.setWriteBufferLimits(10, 5);
          assertThat(talk.transport.writeBufferLimits()).isEqualTo(new WriteLimits(10, 5));
        });
  }

  @Test
  @Parity({"TR-4"})
  void changedLimitsMayPauseAtOnceAndZeroPausesOnAnyBuffering() {
    Talk.with(
        talk -> {
          talk.transport.setWriteBufferLimits(BIG, BIG / 2);
          talk.transport.write(new byte[BIG]);
          assertThat(talk.trail).containsExactly("made");
          talk.transport.setWriteBufferLimits(WriteLimits.DEFAULT);
          assertThat(talk.trail).containsExactly("made", "pause");
          talk.transport.write(bytes("x"));
          assertThat(talk.trail).containsExactly("made", "pause");
          talk.peerReads(BIG + 1);
          talk.untilTrailHas(3);

          talk.transport.setWriteBufferLimits(0, 0);
          talk.transport.write(bytes("y")); // goes out at once
          assertThat(talk.trail).containsExactly("made", "pause", "resume");
          talk.transport.write(new byte[BIG]);
          assertThat(talk.trail).endsWith("resume", "pause");
          talk.peerReads(BIG + 1);
          talk.untilTrailHas(5);
          assertThat(talk.transport.writeBufferSize()).isZero();
        });
  }

  @Test
  @Parity({"TR-4"})
  void whatPausingAndResumingThrowIsReportedAndTheConnectionLives() {
    Talk.with(
        new Recorder() {
          @Override
          public void pauseWriting() {
            throw new IllegalStateException("no pause");
          }

          @Override
          public void resumeWriting() {
            throw new IllegalStateException("no resumption");
          }

          @Override
          public String toString() {
            return "the protocol";
          }
        },
        talk -> {
          talk.transport.write(new byte[BIG]);
          talk.peerReads(BIG);
          turns(5);
          assertThat(talk.test.errorMessages())
              .containsExactly(
                  "pauseWriting of the protocol failed on " + talk.transport,
                  "resumeWriting of the protocol failed on " + talk.transport);
          talk.peerSends("alive");
          talk.untilTrailHas(2);
        });
  }

  @Test
  @Parity({"TR-4"})
  void aResumptionMayWriteMore() {
    Talk.with(
        new Recorder() {
          @Override
          public void resumeWriting() {
            super.resumeWriting();
            if (trail.size() < 6) {
              java.util.Objects.requireNonNull(transport).write(new byte[BIG]);
            }
          }
        },
        talk -> {
          talk.transport.write(new byte[BIG]);
          talk.peerReads(3 * BIG);
          turns(5);
          assertThat(talk.trail)
              .containsExactly("made", "pause", "resume", "pause", "resume", "pause", "resume");
        });
  }

  @Seeds(20)
  @Parity({"TR-2", "TR-3", "TR-4", "TR-6"})
  void howeverItIsWrittenEverythingArrivesInOrder(long seed) {
    var random = new Random(seed);
    byte[] sent = random(1 << 20, seed);
    Talk.with(
        talk -> {
          var reading = Aio.spawn(() -> talk.peerReads(sent.length + 1));
          int at = 0;
          while (at < sent.length) {
            int count = Math.min(sent.length - at, random.nextInt(200_000));
            if (random.nextBoolean()) {
              talk.transport.write(ByteBuffer.wrap(sent, at, count));
            } else {
              int half = count / 2;
              talk.transport.writeAll(
                  List.of(
                      ByteBuffer.wrap(sent, at, half),
                      ByteBuffer.wrap(sent, at + half, count - half)));
            }
            at += count;
            turns(random.nextInt(3));
          }
          talk.transport.close();
          assertThat(reading.join()).isEqualTo(sent);
        });
  }

  // ---- files -------------------------------------------------------------------------------

  private FileChannel file(byte[] content) throws IOException {
    Path path = Files.write(folder.resolve("file" + content.length), content);
    return FileChannel.open(path, StandardOpenOption.READ);
  }

  @Test
  @Parity({"TR-15", "AC-sock-lowlevel.4"})
  void aFileGoesOutBehindWhatWasWrittenAndBeforeWhatIs() throws Exception {
    byte[] content = random(BIG, 5);
    byte[] before = random(BIG, 6);
    try (FileChannel file = file(content)) {
      Talk.with(
          talk -> {
            talk.transport.write(before);
            var sending = talk.transport.sendFile(file);
            assertThat(talk.transport.isReading()).isFalse();
            assertThatThrownBy(() -> talk.transport.write(bytes("x")))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "write on " + talk.transport + ": a file is being sent; wait for its end");
            assertThatThrownBy(() -> talk.transport.sendFile(file))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage(
                    "sendFile on " + talk.transport + ": a file is being sent; wait for its end");
            talk.peerSends("in the meantime");
            assertThat(talk.peerReads(BIG)).isEqualTo(before);
            assertThat(talk.peerReads(BIG)).isEqualTo(content);
            assertThat(sending.join()).isEqualTo(BIG);
            assertThat(file.position()).isEqualTo(BIG);
            assertThat(talk.transport.isReading()).isTrue();
            talk.transport.write(bytes("after"));
            assertThat(talk.peerReads(5)).isEqualTo(bytes("after"));
            talk.untilTrailHas(4);
            assertThat(talk.trail).containsExactly("made", "pause", "resume", "in the meantime");
          });
    }
  }

  @Test
  @Parity("TR-15")
  void aFileThatNoTaskCanBeMadeForHoldsNothingUp() throws Exception {
    try (FileChannel file = file(random(1000, 8))) {
      Talk.with(
          talk -> {
            EventLoop.current().setTaskFactory(new Refusing());
            assertThatThrownBy(() -> talk.transport.sendFile(file))
                .isInstanceOf(RejectedExecutionException.class);
            EventLoop.current().setTaskFactory(null);

            assertThat(talk.transport.isReading()).isTrue();
            talk.transport.write(bytes("goes on"));
            assertThat(talk.peerReads(7)).isEqualTo(bytes("goes on"));
          });
    }
  }

  private static final class Refusing implements TaskFactory {
    @Override
    public <T extends @Nullable Object> Task<T> create(
        EventLoop loop, TaskOptions options, Callable<? extends T> body) {
      throw new RejectedExecutionException("no task for " + options);
    }
  }

  @Test
  @Parity({"TR-15", "AC-sock-lowlevel.4"})
  void aPartOfAFileIsSentAndItsPositionTells() throws Exception {
    byte[] content = random(1000, 7);
    try (FileChannel file = file(content)) {
      Talk.with(
          talk -> {
            assertThat(talk.transport.sendFile(file, 100, 50).join()).isEqualTo(50);
            assertThat(file.position()).isEqualTo(150);
            assertThat(talk.peerReads(50)).isEqualTo(Arrays.copyOfRange(content, 100, 150));
            assertThat(talk.transport.sendFile(file, 900, 500).join()).isEqualTo(100);
            assertThat(file.position()).isEqualTo(1000);
            assertThat(talk.transport.sendFile(file, 1000, 1).join()).isZero();
            assertThatThrownBy(() -> talk.transport.sendFile(file, -1, 1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("sendFile: offset -1: must not be negative");
            assertThatThrownBy(() -> talk.transport.sendFile(file, 0, 0))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("sendFile: count 0: must be positive");
            talk.transport.close();
            assertThatThrownBy(() -> talk.transport.sendFile(file))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("sendFile on " + talk.transport + ": it is closing");
          });
    }
  }

  @Test
  @Parity({"TR-15", "AC-sock-lowlevel.5"})
  void ifThePeerLeavesInTheMiddleThePositionIsBehindWhatWasSent() throws Exception {
    try (FileChannel file = file(random(BIG, 8))) {
      Talk.with(
          talk -> {
            var sending = talk.transport.sendFile(file);
            talk.peerReads(1000);
            talk.peer.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
            Sockets.close(talk.peer);
            assertThatThrownBy(sending::join)
                .isInstanceOfAny(ConnectionResetException.class, BrokenPipeException.class);
            assertThat(file.position()).isBetween(1000L, BIG - 1L);
            talk.untilTrailHas(2);
            assertThat(talk.test.errors()).isEmpty();
          });
    }
  }

  @Test
  @Parity({"TR-15"})
  void closingInTheMiddleEndsTheFileWithAnError() throws Exception {
    try (FileChannel file = file(random(BIG, 9))) {
      Talk.with(
          talk -> {
            var sending = talk.transport.sendFile(file);
            talk.peerReads(1000);
            talk.transport.close();
            assertThatThrownBy(sending::join)
                .isExactlyInstanceOf(StreamClosedException.class)
                .hasMessage("sendFile on " + talk.transport + ": the transport is closed");
            turns(3);
            assertThat(talk.trail).containsExactly("made", "lost well");
          });
    }
  }

  @Seeds(10)
  @Parity({"TR-15", "AC-unix-events-signals.2"})
  void aCancelEndsTheFileBetweenTwoBytesAndTheTransportGoesOn(long seed) throws Exception {
    var random = new Random(seed);
    byte[] content = random(BIG, seed);
    try (FileChannel file = file(content)) {
      Talk.with(
          talk -> {
            var sending = talk.transport.sendFile(file);
            turns(random.nextInt(4));
            int read = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(BIG / 4);
            byte[] begin = talk.peerReads(read);
            sending.cancel();
            assertThatThrownBy(sending::join).isInstanceOf(io.greenloop.CancelledError.class);
            int sent = Math.toIntExact(file.position());
            turns(2);
            talk.transport.write(bytes("behind it"));
            byte[] rest = talk.peerReads(sent - read + 9);
            byte[] got = Arrays.copyOf(begin, sent + 9);
            System.arraycopy(rest, 0, got, read, rest.length);
            byte[] expected = Arrays.copyOf(content, sent + 9);
            System.arraycopy(bytes("behind it"), 0, expected, sent, 9);
            assertThat(got).isEqualTo(expected);
          });
    }
  }

  @Test
  @Parity({"TR-15", "AC-sock-lowlevel.4", "AC-sock-lowlevel.5"})
  void aWireThatChangesWhatItSendsIsGivenTheBytes() throws Exception {
    byte[] content = random(300_000, 10);
    var sent = new java.io.ByteArrayOutputStream();
    try (FileChannel file = file(content)) {
      Talk.with(
          talk -> {
            var wire =
                new Wire() {
                  private boolean full;

                  @Override
                  public int tryRead(ByteBuffer target) {
                    return 0;
                  }

                  @Override
                  public void tryWrite(ByteBuffer source) {
                    full = !full;
                    for (int i = full ? 0 : 1000; i > 0 && source.hasRemaining(); i--) {
                      sent.write(source.get());
                    }
                  }

                  @Override
                  public void listen(
                      io.greenloop.internal.loop.Watch.Direction direction,
                      io.greenloop.internal.loop.ReadyListener listener) {
                    Aio.currentTask().orElseThrow().loop().callSoon(listener::ready);
                  }

                  @Override
                  public void mute(io.greenloop.internal.loop.Watch.Direction direction) {}

                  @Override
                  public void shutdownOutput() {}

                  @Override
                  public void close() {}

                  @Override
                  public void abort() {}
                };
            var transport = (WireTransport) talk.transport;
            var sending =
                new FileSending(transport, wire, new FileTransfer(file, 1, Long.MAX_VALUE));
            assertThat(sending.send()).isEqualTo(content.length - 1);
            assertThat(file.position()).isEqualTo(content.length);
          });
    }
    assertThat(sent.toByteArray()).isEqualTo(Arrays.copyOfRange(content, 1, content.length));
  }
}
