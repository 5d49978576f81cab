package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.reactor.AsynchronousProactor;
import io.greenloop.reactor.Completion;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A connection that the JDK has accepted, and that nobody takes, is closed. */
class AcceptedAndDroppedTest {
  private final Listener listener = new Listener();

  @Test
  void withTheLoopIfItsAcceptWasCancelled() throws IOException {
    try (var accepted = AsynchronousSocketChannel.open()) {
      try (var loop = EventLoop.create()) {
        loop.runUntilComplete(
            () -> {
              cancelledAccept(loop.asynchronousProactor());
              listener.accepts(accepted);
              Talk.turns(5);
              assertThat(accepted.isOpen()).isTrue();
              return null;
            });
      }

      assertThat(accepted.isOpen()).isFalse();
    }
  }

  @Test
  void atOnceIfTheLoopWasClosedMeanwhile() throws IOException {
    try (var accepted = AsynchronousSocketChannel.open()) {
      try (var loop = EventLoop.create()) {
        loop.runUntilComplete(
            () -> {
              cancelledAccept(loop.asynchronousProactor());
              return null;
            });
      }
      listener.accepts(accepted);

      assertThat(accepted.isOpen()).isFalse();
    }
  }

  @Test
  void ifTheLoopIsClosedBeforeItHearsOfIt() throws IOException {
    try (var accepted = AsynchronousSocketChannel.open()) {
      try (var loop = EventLoop.create()) {
        loop.runUntilComplete(
            () -> {
              cancelledAccept(loop.asynchronousProactor());
              return null;
            });
        listener.accepts(accepted);
      }

      assertThat(accepted.isOpen()).isFalse();
    }
  }

  @Test
  void ifTheListenerWasClosedBeforeTheLoopHearsOfIt() throws IOException {
    try (var accepted = AsynchronousSocketChannel.open();
        var loop = EventLoop.create()) {
      loop.runUntilComplete(
          () -> {
            var end = new End();
            loop.asynchronousProactor().accept(listener, end);
            listener.accepts(accepted);
            listener.close();

            assertThatThrownBy(end.promise::join).isInstanceOf(ClosedChannelException.class);
            assertThat(accepted.isOpen()).isFalse();
            return null;
          });
    }
  }

  @Test
  void ifItsListenerIsClosedWhenTheNextOperationBegins() throws IOException {
    try (var accepted = AsynchronousSocketChannel.open();
        var loop = EventLoop.create()) {
      loop.runUntilComplete(
          () -> {
            var proactor = loop.asynchronousProactor();
            cancelledAccept(proactor);
            listener.accepts(accepted);
            Talk.turns(5);
            listener.close();
            var other = new End();
            proactor.accept(new Listener(), other).cancel();

            assertThat(accepted.isOpen()).isFalse();
            assertThatThrownBy(other.promise::join).hasMessageContaining("cancelled");
            return null;
          });
    }
  }

  @Test
  void butNotIfItIsTaken() throws IOException {
    try (var accepted = AsynchronousSocketChannel.open()) {
      try (var loop = EventLoop.create()) {
        loop.runUntilComplete(
            () -> {
              cancelledAccept(loop.asynchronousProactor());
              listener.accepts(accepted);
              Talk.turns(5);
              var end = new End();
              loop.asynchronousProactor().accept(listener, end);
              assertThat(end.promise.join()).isSameAs(accepted);
              return null;
            });
      }

      assertThat(accepted.isOpen()).isTrue();
    }
  }

  private void cancelledAccept(AsynchronousProactor proactor) {
    var end = new End();
    proactor.accept(listener, end).cancel();
    assertThatThrownBy(end.promise::join).hasMessageContaining("cancelled");
  }

  private static final class End implements Completion<AsynchronousSocketChannel> {
    final Promise<AsynchronousSocketChannel> promise = EventLoop.current().newPromise();

    @Override
    public void completed(AsynchronousSocketChannel accepted) {
      promise.complete(accepted);
    }

    @Override
    public void failed(IOException cause) {
      promise.completeExceptionally(cause);
    }
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
