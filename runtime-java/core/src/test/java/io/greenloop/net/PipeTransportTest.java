package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Conversation.bytes;
import static io.greenloop.net.Conversation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PipeTransportTest {
  private static final int BIG = 1 << 20; // more than a pipe holds

  private static final class Notes implements Protocol {
    final List<String> all = new ArrayList<>();
    final StringBuilder came = new StringBuilder();

    @Override
    public void connectionMade(Transport transport) {
      all.add("made");
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      came.append(text(bytes));
    }

    @Override
    public boolean eofReceived() {
      all.add("eof");
      return true;
    }

    @Override
    public void connectionLost(@Nullable Throwable reason) {
      all.add("lost " + (reason == null ? null : reason.getClass().getSimpleName()));
    }

    void await(String note) {
      while (!all.contains(note)) {
        yieldNow();
      }
    }
  }

  private interface Body {
    void run(Pipe pipe, EventLoop loop) throws Exception;
  }

  private static void withPipe(Body body) {
    run(
        () -> {
          Pipe pipe = Pipe.open();
          body.run(pipe, EventLoop.current());
          assertThat(pipe.source().isOpen() || pipe.sink().isOpen()).isFalse();
          spawn(() -> 1).join();
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  @Parity({"TR-14", "AC-events.6"})
  void aReadPipeGivesWhatComesThenItsEndAndIsOverWhateverTheProtocolSays() {
    withPipe(
        (pipe, loop) -> {
          Connection<Notes> reading = loop.readPipe(pipe.source(), Notes::new).join();
          Notes notes = reading.protocol();
          assertThat(notes.all).containsExactly("made");
          assertThat(reading.transport().info(Transport.Key.PIPE)).contains(pipe.source());
          assertThat(reading.transport().info(Transport.Key.CHANNEL)).isEmpty();

          StreamWriter writer = Streams.writer(pipe.sink());
          writer.write(bytes("1"));
          writer.write(bytes("2345"));
          writer.close();
          notes.await("lost null");

          assertThat(notes.came).hasToString("12345");
          assertThat(notes.all).containsExactly("made", "eof", "lost null");
        });
  }

  @Test
  @Parity({"TR-14", "AC-events.6"})
  void aWritePipeSendsAndItsCloseComesBehindWhatWasWritten() {
    withPipe(
        (pipe, loop) -> {
          Connection<Notes> writing = loop.writePipe(pipe.sink(), Notes::new).join();
          Transport transport = writing.transport();
          assertThat(transport.isReading()).isFalse();
          StreamReader reader = Streams.reader(pipe.source());
          transport.write(bytes("1"));
          assertThat(text(reader.read(10))).isEqualTo("1");

          transport.write(new byte[BIG]);
          transport.close();
          assertThat(writing.protocol().all).containsExactly("made");
          assertThat(reader.readAll()).hasSize(BIG);
          writing.protocol().await("lost null");
        });
    withPipe(
        (pipe, loop) -> {
          Connection<Notes> writing = loop.writePipe(pipe.sink(), Notes::new).join();
          StreamReader reader = Streams.reader(pipe.source());
          writing.transport().shutdownOutput();
          assertThat(reader.readAll()).isEmpty();
          writing.protocol().await("lost null");
        });
  }

  @Test
  @Parity({"TR-14", "AC-events.6"})
  void whoWritesToAPipeThatNobodyReadsLosesIt() {
    withPipe(
        (pipe, loop) -> {
          Connection<Notes> writing = loop.writePipe(pipe.sink(), Notes::new).join();
          writing.transport().write(new byte[BIG]);
          pipe.source().close();
          writing.protocol().await("lost BrokenPipeException");
          assertThat(writing.protocol().all).containsExactly("made", "lost BrokenPipeException");
        });
  }

  @Test
  @Parity({"TR-14"})
  void eachEndDoesItsOwnThingOnly() {
    withPipe(
        (pipe, loop) -> {
          Transport reading = loop.readPipe(pipe.source(), Notes::new).join().transport();
          Transport writing = loop.writePipe(pipe.sink(), Notes::new).join().transport();
          assertThatThrownBy(() -> reading.write(bytes("x")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("write on " + reading + ": it is the end that is read");
          assertThatThrownBy(writing::remoteAddress)
              .isInstanceOf(UnsupportedOperationException.class)
              .hasMessage("remoteAddress on " + writing + ": a pipe has none");
          assertThat(reading).hasToString("pipe " + pipe.source());
          reading.close();
          writing.abort();
          yieldNow();
          yieldNow();
        });
  }

  @Test
  void oneThatIsCancelledBeforeItBeginsClosesThePipe() {
    withPipe(
        (pipe, loop) -> {
          Task<Connection<Notes>> reading = loop.readPipe(pipe.source(), Notes::new);
          reading.cancel();
          Task<Connection<Notes>> writing = loop.writePipe(pipe.sink(), Notes::new);
          writing.cancel();
          assertThatThrownBy(reading::join).isInstanceOf(CancelledError.class);
          assertThatThrownBy(writing::join).isInstanceOf(CancelledError.class);
          yieldNow(); // their ends are told in the next turn
        });
  }
}
