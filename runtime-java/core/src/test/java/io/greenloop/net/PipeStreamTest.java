package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Task;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipeStreamTest {
  private static final int BIG = 1 << 20; // more than a pipe holds

  private interface Body {
    void run(StreamReader reader, StreamWriter writer, Pipe pipe) throws Exception;
  }

  private static void withPipe(Body body) {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          try (var source = pipe.source();
              var sink = pipe.sink()) {
            body.run(
                Streams.reader(source, 100, "the source"), Streams.writer(sink, "the sink"), pipe);
          }
        });
  }

  @Test
  void whatIsWrittenIsReadAndTheEndClosesBothEnds() {
    withPipe(
        (reader, writer, pipe) -> {
          Task<byte[]> reading = spawn(() -> reader.readAll());
          writer.write(new byte[BIG]);
          writer.shutdownOutput();
          writer.awaitClosed();
          assertThat(pipe.sink().isOpen()).isFalse();

          assertThat(reading.join()).hasSize(BIG);
          assertThat(reader.atEof()).isTrue();
          assertThat(pipe.source().isOpen()).isFalse();
        });
  }

  @Test
  void closeSendsWhatIsBufferedAndAbortDropsIt() {
    withPipe(
        (reader, writer, pipe) -> {
          writer.tryWrite(ByteBuffer.allocate(BIG));
          writer.close();
          writer.close();
          assertThatThrownBy(() -> writer.write(bytes("x")))
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("write on the sink: the stream is closed");
          assertThat(pipe.sink().isOpen()).isTrue();
          assertThat(reader.readAll()).hasSize(BIG);
          writer.awaitClosed();
          assertThat(pipe.sink().isOpen()).isFalse();
        });
    withPipe(
        (reader, writer, pipe) -> {
          writer.tryWrite(ByteBuffer.allocate(BIG));
          writer.abort();
          writer.abort();
          assertThat(pipe.sink().isOpen()).isFalse();
          assertThat(reader.readAll()).hasSizeLessThan(BIG);
        });
  }

  @Test
  void aReaderThatIsClosedWakesWhoReadsAndBreaksThePipeOfTheWriter() {
    withPipe(
        (reader, writer, pipe) -> {
          Task<byte[]> reading = spawn(() -> reader.readLine());
          yieldNow();
          reader.close();
          assertThatThrownBy(reading::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("the source was closed while a task waited on it");
          assertThatThrownBy(() -> writer.write(bytes("x")))
              .isInstanceOf(BrokenPipeException.class)
              .hasMessage("write on the sink: the other side has closed the connection");
          assertThatThrownBy(writer::awaitClosed).isInstanceOf(BrokenPipeException.class);
        });
  }

  @Test
  void aWriterWhoWaitsIsToldThatNobodyReads() {
    withPipe(
        (reader, writer, pipe) -> {
          Task<Integer> writing =
              spawn(
                  () -> {
                    writer.write(new byte[BIG]);
                    return 1;
                  });
          yieldNow();
          reader.close();
          assertThatThrownBy(writing::join).isInstanceOf(BrokenPipeException.class);
        });
  }

  @Test
  void itIsCalledByItsChannelUnlessItHasAName() {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          StreamReader reader = Streams.reader(pipe.source());
          StreamWriter writer = Streams.writer(pipe.sink());
          assertThat(reader).hasToString("reader of " + pipe.source());
          assertThat(writer).hasToString("writer of " + pipe.sink());
          writer.write(bytes("x"));
          assertThat(text(reader.read(5))).isEqualTo("x");
          writer.close();
          reader.close();
        });
  }
}
