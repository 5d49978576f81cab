package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a proactor promises, on the one that stands on the reactor. */
@Timeout(60)
class ProactorTest {
  private final List<String> trail = new ArrayList<>();

  private interface Body {
    void run(Proactor proactor, SocketChannel left, SocketChannel right) throws Exception;
  }

  private static void connected(Body body) {
    run(
        () -> {
          var pair = Loopback.pair();
          try (var left = pair[0];
              var right = pair[1]) {
            body.run(EventLoop.current().proactor(), left, right);
            assertThat(Loopback.interests()).isZero();
          }
        });
  }

  @Test
  void aReadGivesTheCountWhenDataHasCome() {
    connected(
        (proactor, left, right) -> {
          var target = ByteBuffer.allocate(16);
          var end = new End<Integer>();
          proactor.read(left, target, end);
          yieldNow();
          assertThat(end.promise.isDone()).isFalse();

          right.write(Loopback.bytes("data"));

          assertThat(end.promise.join()).isEqualTo(4);
          assertThat(Loopback.text(target)).isEqualTo("data");
        });
  }

  @Test
  void aReadAtTheEndOfTheStreamGivesMinusOne() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          proactor.read(left, ByteBuffer.allocate(1), end);
          right.close();

          assertThat(end.promise.join()).isEqualTo(-1);
        });
  }

  @Test
  void aWriteEndsWhenEverythingIsSent() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          proactor.write(left, ByteBuffer.allocate(8 << 20), end);
          Sockets.readFully(right, ByteBuffer.allocate(8 << 20));

          assertThat(end.promise.join()).isEqualTo(8 << 20);
        });
  }

  @Test
  void theCompletionIsNeverCalledInsideTheSubmit() {
    connected(
        (proactor, left, right) -> {
          proactor.write(left, Loopback.bytes("x"), note("written"));
          trail.add("submitted");
          yieldNow();
          yieldNow();

          assertThat(trail).containsExactly("submitted", "written 1");
        });
  }

  @Test
  void acceptsAndConnects() {
    run(
        () -> {
          var proactor = EventLoop.current().proactor();
          try (var listener = ServerSocketChannel.open();
              var client = SocketChannel.open()) {
            listener.bind(Loopback.anyPort());
            listener.configureBlocking(false);
            client.configureBlocking(false);
            var accepted = new End<SocketChannel>();
            var connected = new End<SocketChannel>();
            proactor.accept(listener, accepted);
            proactor.connect(client, listener.getLocalAddress(), connected);

            assertThat(connected.promise.join()).isSameAs(client);
            try (var server = accepted.promise.join()) {
              assertThat(server.isBlocking()).isFalse();
              assertThat(server.getRemoteAddress()).isEqualTo(client.getLocalAddress());
            }
          }
        });
  }

  @Test
  void aRefusedConnectionFails() {
    run(
        () -> {
          var listener = ServerSocketChannel.open();
          listener.bind(Loopback.anyPort());
          var nobodyThere = listener.getLocalAddress();
          listener.close();
          try (var client = SocketChannel.open()) {
            client.configureBlocking(false);
            var end = new End<SocketChannel>();
            EventLoop.current().proactor().connect(client, nobodyThere, end);

            assertThatThrownBy(end.promise::join)
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
          }
        });
  }

  @Test
  void aCancelledReadFailsOnceAndTakesNothing() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          var operation = proactor.read(left, ByteBuffer.allocate(16), end);
          yieldNow();
          right.write(Loopback.bytes("kept"));
          while (Loopback.available(left) < 4) {
            Thread.onSpinWait();
          }

          assertThat(operation.cancel()).isTrue();
          assertThat(operation.cancel()).isFalse();

          assertThat(end.promise.isDone()).isFalse(); // not inside the cancel
          assertThatThrownBy(end.promise::join)
              .isInstanceOf(InterruptedIOException.class)
              .hasMessage("read on " + left + ": cancelled");
          assertThat(Sockets.read(left, ByteBuffer.allocate(16))).isEqualTo(4);
        });
  }

  @Test
  void whatIsDoneCannotBeCancelled() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          var operation = proactor.write(left, Loopback.bytes("x"), end);

          assertThat(operation.cancel()).isFalse();
          assertThat(end.promise.join()).isEqualTo(1);
          assertThat(operation.cancel()).isFalse();
        });
  }

  @Test
  void aSecondOperationInOneDirectionIsRefused() {
    connected(
        (proactor, left, right) -> {
          var operation = proactor.read(left, ByteBuffer.allocate(1), note("first"));

          assertThatThrownBy(() -> proactor.read(left, ByteBuffer.allocate(1), note("second")))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(
                  "read on "
                      + left
                      + ": an operation in this direction is still under way; wait for its"
                      + " completion");
          operation.cancel();
          yieldNow();
          yieldNow();
        });
  }

  @Test
  void aTargetWithoutRoomIsRefused() {
    connected(
        (proactor, left, right) ->
            assertThatThrownBy(() -> proactor.read(left, ByteBuffer.allocate(0), note("never")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("read: target has no room (expected at least 1 byte)"));
  }

  @Test
  void aChannelClosedMeanwhileFailsItsOperation() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          proactor.read(left, ByteBuffer.allocate(1), end);
          yieldNow();
          Sockets.close(left);

          assertThatThrownBy(end.promise::join).isInstanceOf(StreamClosedException.class);
        });
  }

  private <T> Completion<T> note(String what) {
    return new Completion<>() {
      @Override
      public void completed(T result) {
        trail.add(what + " " + result);
      }

      @Override
      public void failed(IOException cause) {
        trail.add(what + " " + cause.getMessage());
      }
    };
  }

  /** Hands the end of an operation to a task. */
  private static final class End<T> implements Completion<T> {
    final Promise<T> promise = EventLoop.current().newPromise();

    @Override
    public void completed(T result) {
      promise.complete(result);
    }

    @Override
    public void failed(IOException cause) {
      promise.completeExceptionally(cause);
    }
  }
}
