package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.ThrowingRunnable;
import io.greenloop.reactor.Completion;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection that was accepted for a loop, and that nobody takes, is closed. */
@Timeout(60)
class AcceptedAndDroppedTest {
  private final Listener listener = new Listener();
  private AsynchronousSocketChannel accepted;
  private EventLoop loop;

  @BeforeEach
  void open() throws IOException {
    accepted = AsynchronousSocketChannel.open();
    loop = EventLoop.create();
  }

  @AfterEach
  void close() throws IOException {
    loop.close();
    accepted.close();
  }

  @Test
  void withTheLoopIfItsAcceptWasCancelled() {
    run(
        () -> {
          acceptAndCancel();
          listener.accepts(accepted);
          Talk.turns(5);
          assertThat(accepted.isOpen()).isTrue();
        });

    loop.close();

    assertThat(accepted.isOpen()).isFalse();
  }

  @Test
  void atOnceIfTheLoopWasClosedMeanwhile() {
    run(this::acceptAndCancel);
    loop.close();

    listener.accepts(accepted);

    assertThat(accepted.isOpen()).isFalse();
  }

  @Test
  void ifTheLoopIsClosedBeforeItHearsOfIt() {
    run(this::acceptAndCancel);
    listener.accepts(accepted);

    loop.close();

    assertThat(accepted.isOpen()).isFalse();
  }

  @Test
  void ifTheListenerWasClosedBeforeTheLoopHearsOfIt() {
    run(
        () -> {
          Promise<AsynchronousSocketChannel> end = accept(listener);
          listener.accepts(accepted);
          listener.close();

          assertThatThrownBy(end::join).isInstanceOf(ClosedChannelException.class);
          assertThat(accepted.isOpen()).isFalse();
        });
  }

  @Test
  void ifItsListenerIsClosedWhenTheNextOperationBegins() {
    run(
        () -> {
          acceptAndCancel();
          listener.accepts(accepted);
          Talk.turns(5);
          listener.close();

          accept(new Listener());

          assertThat(accepted.isOpen()).isFalse();
        });
  }

  @Test
  void butNotIfItIsTaken() {
    run(
        () -> {
          acceptAndCancel();
          listener.accepts(accepted);
          Talk.turns(5);
          assertThat(accept(listener).join()).isSameAs(accepted);
        });

    loop.close();

    assertThat(accepted.isOpen()).isTrue();
  }

  @Test
  void alsoIfTheLoopIsClosedBeforeItCanHandOverWhatItHasAcceptedItself() throws IOException {
    try (var client = SocketChannel.open()) {
      try (var listening = ServerSocketChannel.open().bind(Loopback.anyPort())) {
        client.connect(listening.getLocalAddress());
        listening.configureBlocking(false);
        loop.callSoon(
            () -> {
              loop.proactor().accept(listening, completing(loop.newPromise()));
              loop.stop();
            });
        loop.runForever();

        loop.close();
      } // what nobody has accepted ends with it

      assertThat(sees(client)).isEqualTo("the end");
    }
  }

  /** What the other side does: it hangs as long as somebody has its connection. */
  private static String sees(SocketChannel client) {
    try {
      return client.read(ByteBuffer.allocate(1)) < 0 ? "the end" : "data";
    } catch (ClosedByInterruptException hangs) {
      return "nothing";
    } catch (IOException reset) {
      return "the end";
    }
  }

  private void run(ThrowingRunnable body) {
    loop.runUntilComplete(
        () -> {
          body.run();
          return null;
        });
  }

  private void acceptAndCancel() {
    Promise<AsynchronousSocketChannel> end = loop.newPromise();
    loop.asynchronousProactor().accept(listener, completing(end)).cancel();
    assertThatThrownBy(end::join).hasMessageContaining("cancelled");
  }

  private Promise<AsynchronousSocketChannel> accept(AsynchronousServerSocketChannel from) {
    Promise<AsynchronousSocketChannel> end = loop.newPromise();
    loop.asynchronousProactor().accept(from, completing(end));
    return end;
  }

  private static <T> Completion<T> completing(Promise<T> end) {
    return new Completion<>() {
      @Override
      public void completed(T accepted) {
        end.complete(accepted);
      }

      @Override
      public void failed(IOException cause) {
        end.completeExceptionally(cause);
      }
    };
  }

  /** Accepts when a test says so. */
  private static final class Listener extends AsynchronousServerSocketChannel {
    private @Nullable Consumer<AsynchronousSocketChannel> pending;
    private boolean open = true;

    Listener() {
      super(AsynchronousChannelProvider.provider());
    }

    void accepts(AsynchronousSocketChannel connection) {
      pending.accept(connection);
    }

    @Override
    public <A> void accept(
        A attachment, CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
      if (open) {
        pending = connection -> handler.completed(connection, attachment);
      } else {
        handler.failed(new ClosedChannelException(), attachment);
      }
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }

    @Override
    public Future<AsynchronousSocketChannel> accept() {
      throw new UnsupportedOperationException();
    }

    @Override
    public AsynchronousServerSocketChannel bind(SocketAddress local, int backlog) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> AsynchronousServerSocketChannel setOption(SocketOption<T> name, T value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return Set.of();
    }

    @Override
    public SocketAddress getLocalAddress() {
      throw new UnsupportedOperationException();
    }
  }
}
