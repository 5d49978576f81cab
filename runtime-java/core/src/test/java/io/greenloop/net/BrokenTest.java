package io.greenloop.net;

import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.Poller;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.reactor.Completion;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What user code or a channel throws out of turn is told to somebody, and holds up nobody else. */
@Timeout(60)
class BrokenTest {
  /** Serves a promise. */
  private static final class Into<T> extends Waiter<T> {
    final Promise<T> end = Aio.newPromise();

    @Override
    protected void onServed(T value) {
      end.complete(value);
    }

    @Override
    protected void onFailed(Throwable failure) {
      end.completeExceptionally(failure);
    }
  }

  @Test
  void aServerWhoseProtocolCannotBeMadeServesTheNext() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var asked = new AtomicInteger();
            Server server =
                EventLoop.current()
                    .listen(
                        ListenOptions.on(Loopback.anyPort()),
                        () -> {
                          if (asked.incrementAndGet() == 1) {
                            throw new NoClassDefFoundError("a library is missing");
                          }
                          return new Recorder();
                        });
            var address = server.localAddresses().getFirst();
            try (Stream refused = Streams.openConnection(ConnectOptions.to(address))) {
              assertThat(refused.reader().readAll()).isEmpty();
            }
            try (Stream served = Streams.openConnection(ConnectOptions.to(address))) {
              served.writer().shutdownOutput();
              assertThat(served.reader().readAll()).isEmpty();
            }
            assertThat(asked).hasValue(2);
            assertThat(t.errorMessages())
                .containsExactly(server + " cannot serve a connection; it is closed");
            server.shutdown(Duration.ZERO);
          });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerWhoseTaskCannotBeMadeGivesThePlaceToTheNext(boolean secured) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var asked = new AtomicInteger();
            ServerOptions options = ServerOptions.DEFAULT.withMaxConnections(1);
            Server server =
                Streams.startServerWith(
                    stream -> {
                      if (asked.incrementAndGet() == 1) {
                        throw new AssertionError("not this one");
                      }
                      return Aio.spawn(() -> stream.writer().write(Conversation.bytes("hello")));
                    },
                    secured ? options.withTls(Certificates.localhost()) : options,
                    Loopback.anyPort());
            var address = server.localAddresses().getFirst();
            ConnectOptions there = ConnectOptions.to(address);
            TlsOptions tls = Certificates.trusting().withServerName("localhost");
            assertThatThrownBy(
                    () -> {
                      Stream refused =
                          secured
                              ? Streams.openConnection(there, tls)
                              : Streams.openConnection(there);
                      try (refused) {
                        refused.reader().readAll();
                      }
                    })
                .isInstanceOf(IOException.class);
            try (Stream served =
                secured ? Streams.openConnection(there, tls) : Streams.openConnection(there)) {
              assertThat(Conversation.text(served.reader().readAll())).isEqualTo("hello");
            }
            assertThat(asked).hasValue(2);
            assertThat(t.errors())
                .singleElement()
                .satisfies(error -> assertThat(error.exception()).hasMessage("not this one"));
            server.shutdown(Duration.ZERO);
          });
    }
  }

  @Test
  void aBufferThatCanOnlyBeReadIsRefusedAndTheStreamGoesOn() {
    Conversation.with(
        (client, server) -> {
          ByteBuffer target = ByteBuffer.allocate(8).asReadOnlyBuffer();
          assertThatThrownBy(() -> server.reader().read(target))
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessage("read(" + target + "): it can only be read");
          assertThatThrownBy(() -> server.reader().read(target, new Into<>()))
              .isExactlyInstanceOf(IllegalArgumentException.class);
          client.writer().write(Conversation.bytes("x"));
          assertThat(Conversation.text(server.reader().readExactly(1))).isEqualTo("x");
        });
  }

  @Test
  void aWireThatBreaksEndsTheStreamForReaderAndWriter() {
    Conversation.with(
        (client, server) -> {
          var waiting = new Into<byte[]>();
          server.reader().moveTo(new BrokenWire());
          server.reader().read(1, waiting);
          Task<Integer> ending =
              Aio.spawn(
                  () -> {
                    server.awaitClosed();
                    return 1;
                  });
          yieldNow();
          String text = "read on " + server + " failed: java.lang.IllegalStateException: broken";
          assertThatThrownBy(waiting.end::join).isInstanceOf(IOException.class).hasMessage(text);
          assertThatThrownBy(ending::join).hasMessage(text);
          assertThatThrownBy(() -> server.writer().write(Conversation.bytes("x"))).hasMessage(text);
        });
  }

  @Test
  void aReadThatFailsGivesTheReceiveBufferOfTheLoopBack() {
    Conversation.with(
        (client, server) -> {
          ByteBuffer shared = receiveBuffer();
          server.reader().moveTo(new BrokenWire());
          assertThatThrownBy(() -> server.reader().read(1)).isInstanceOf(IOException.class);

          assertThat(receiveBuffer()).isSameAs(shared);
        });
  }

  private static ByteBuffer receiveBuffer() {
    Poller poller = LoopThread.currentLoop().poller();
    ByteBuffer taken = poller.takeReceiveBuffer();
    poller.giveBack(taken);
    return taken;
  }

  @Test
  void aWireThatBreaksLaterEndsTheStreamForWhoWaitsToWrite() {
    Conversation.with(
        (client, server) -> {
          var wire = new BrokenWire();
          wire.full = true;
          server.writer().moveTo(wire);
          Task<?> writing = Aio.spawn(() -> server.writer().write(new byte[100_000]));
          yieldNow();
          assertThat(writing.isDone()).isFalse();
          wire.full = false;
          wire.tell();
          assertThatThrownBy(writing::join)
              .hasMessage(
                  "write on " + server + " failed: java.lang.IllegalStateException: broken");
        });
  }

  @Test
  void whatCannotBeAdoptedIsClosedAndForgotten() {
    Aio.run(
        () -> {
          var core = LoopThread.currentLoop();
          SocketChannel[] pair = Loopback.pair();
          assertThatThrownBy(() -> Stream.adopt(core, pair[0], 0))
              .hasMessage("limit 0: must be positive");
          Pipe pipe = Pipe.open();
          assertThatThrownBy(() -> Streams.reader(pipe.source(), 0, "mine"))
              .hasMessage("limit 0: must be positive");
          yieldNow();
          yieldNow();
          assertThat(pair[0].isOpen() || pipe.source().isOpen()).isFalse();
          assertThat(Loopback.isOwned(pair[0])).isFalse();
          assertThat(Loopback.isOwned(pipe.source())).isFalse();
          pair[1].close();
          pipe.sink().close();
        });
  }

  @Test
  void whatSomebodyHasIsRefusedAndLeftAsItIs() {
    Aio.run(
        () -> {
          var core = LoopThread.currentLoop();
          SocketChannel[] pair = Loopback.pair();
          Stream first = Stream.adopt(core, pair[0], 10);
          Task<byte[]> reading = Aio.spawn(() -> first.reader().read(10));
          yieldNow();
          assertThatThrownBy(() -> Stream.adopt(core, pair[0], 10))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has it already");
          assertThatThrownBy(() -> EventLoop.current().adopt(pair[0], Recorder::new).join())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has it already");
          Sockets.writeFully(pair[1], Loopback.bytes("still here"));
          assertThat(Conversation.text(reading.join())).isEqualTo("still here");
          first.close();
          pair[1].close();
        });
  }

  @Test
  void anAdoptThatIsRefusedLeavesTheChannelToWhoHasIt() {
    Aio.run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          ByteBuffer target = ByteBuffer.allocate(10);
          Task<Integer> reading = Aio.spawn(() -> Sockets.read(pair[0], target));
          yieldNow();
          assertThatThrownBy(() -> EventLoop.current().adopt(pair[0], Recorder::new).join())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has it already");
          Sockets.writeFully(pair[1], Loopback.bytes("still here"));
          assertThat(reading.join()).isEqualTo(10);

          Connection<Recorder> first = EventLoop.current().adopt(pair[0], Recorder::new).join();
          assertThatThrownBy(
                  () ->
                      EventLoop.current()
                          .<Recorder>adopt(
                              pair[0],
                              () -> {
                                throw new ArithmeticException("a factory that is not asked");
                              })
                          .join())
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("has it already");
          assertThat(pair[0].isOpen()).isTrue();
          first.transport().abort();
          pair[1].close();
        });
  }

  @Test
  void aProactorTakesNoChannelThatAStreamOwns() {
    Aio.run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          Stream stream = Stream.adopt(LoopThread.currentLoop(), pair[0], 10);
          Task<byte[]> reading = Aio.spawn(() -> stream.reader().read(10));
          yieldNow();
          var proactor = EventLoop.current().proactor();
          for (ByteBuffer target : List.of(ByteBuffer.allocate(1), ByteBuffer.allocateDirect(1))) {
            assertThatThrownBy(() -> proactor.read(pair[0], target, new NotTold()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("a transport, a stream or a server owns it");
          }
          Sockets.writeFully(pair[1], Loopback.bytes("still here"));
          assertThat(Conversation.text(reading.join())).isEqualTo("still here");
          stream.close();
          pair[1].close();
        });
  }

  private static final class NotTold implements Completion<Integer> {
    @Override
    public void completed(Integer count) {
      throw new AssertionError("completed");
    }

    @Override
    public void failed(IOException cause) {
      throw new AssertionError(cause);
    }
  }
}
