package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What every proactor promises: the engine's own, and the one on asynchronous channels. */
@Timeout(60)
@Parity({"POL-5", "PRG-28"})
@ParameterizedClass
@MethodSource("kinds")
class ProactorTest<C extends NetworkChannel, L extends NetworkChannel> {
  private final ProactorKind<C, L> kind;
  private final List<String> trail = new ArrayList<>();

  ProactorTest(ProactorKind<C, L> kind) {
    this.kind = kind;
  }

  static List<ProactorKind<?, ?>> kinds() {
    return List.of(ProactorKind.OF_THE_ENGINE, ProactorKind.ASYNCHRONOUS);
  }

  private interface Body<C extends NetworkChannel, L extends NetworkChannel> {
    void run(Proactor<C, L> proactor, C left, SocketChannel right) throws Exception;
  }

  private void connected(Body<C, L> body) {
    run(
        () -> {
          try (var listener = ServerSocketChannel.open()) {
            listener.bind(Loopback.anyPort());
            try (var left = kind.connect(listener.getLocalAddress());
                var right = listener.accept()) {
              right.configureBlocking(false);
              body.run(kind.proactor(), left, right);
            }
          }
          assertThat(Loopback.interests()).isZero();
          assertThat(LoopThread.currentLoop().outsideJobs()).isZero();
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
          while (trail.size() < 2) {
            yieldNow();
          }

          assertThat(trail).containsExactly("submitted", "written 1");
        });
  }

  @Test
  void acceptsAndConnects() {
    run(
        () -> {
          var proactor = kind.proactor();
          try (var listener = kind.listen();
              var client = kind.open()) {
            var accepted = new End<C>();
            var connected = new End<C>();
            proactor.accept(listener, accepted);
            proactor.connect(client, listener.getLocalAddress(), connected);

            assertThat(connected.promise.join()).isSameAs(client);
            try (var server = accepted.promise.join()) {
              assertThat(kind.remoteOf(server)).isEqualTo(client.getLocalAddress());
              if (server instanceof SocketChannel channel) {
                assertThat(channel.isBlocking()).isFalse();
              }
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
          try (var client = kind.open()) {
            var end = new End<C>();
            kind.proactor().connect(client, nobodyThere, end);

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
          assertThat(operation.cancel()).isTrue();
          assertThat(operation.cancel()).isFalse();

          assertThat(end.promise.isDone()).isFalse(); // not inside the cancel
          assertThatThrownBy(end.promise::join)
              .isInstanceOf(InterruptedIOException.class)
              .hasMessage("read on " + left + ": cancelled");
          for (String each : List.of("ke", "pt")) {
            var next = new End<Integer>();
            var target = ByteBuffer.allocate(2);
            proactor.read(left, target, next);
            assertThat(next.promise.join()).isEqualTo(2);
            assertThat(Loopback.text(target)).isEqualTo(each);
          }
        });
  }

  @Test
  void whatACancelledAcceptStillFindsIsForTheNextOne() {
    run(
        () -> {
          var proactor = kind.proactor();
          try (var listener = kind.listen()) {
            var first = new End<C>();
            var operation = proactor.accept(listener, first);
            yieldNow();
            assertThat(operation.cancel()).isTrue();
            assertThatThrownBy(first.promise::join)
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("accept on " + listener + ": cancelled");

            try (var client = SocketChannel.open(listener.getLocalAddress())) {
              var second = new End<C>();
              proactor.accept(listener, second);
              try (var server = second.promise.join()) {
                assertThat(kind.remoteOf(server)).isEqualTo(client.getLocalAddress());
              }
            }
          }
        });
  }

  @Test
  void whatIsDoneCannotBeCancelled() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          var operation = proactor.write(left, Loopback.bytes("x"), end);

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
          while (trail.isEmpty()) {
            yieldNow();
          }

          assertThat(trail).containsExactly("first read on " + left + ": cancelled");
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
  void aTargetThatCanOnlyBeReadIsRefused() {
    connected(
        (proactor, left, right) -> {
          for (ByteBuffer each : List.of(ByteBuffer.allocate(1), ByteBuffer.allocateDirect(1))) {
            assertThatThrownBy(() -> proactor.read(left, each.asReadOnlyBuffer(), note("never")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("read: target can only be read");
          }
        });
  }

  @Test
  void aTargetThatHasLostItsRoomMeanwhileFailsItsRead() {
    for (var target : List.of(ByteBuffer.allocate(8), ByteBuffer.allocateDirect(8))) {
      connected(
          (proactor, left, right) -> {
            var end = new End<Integer>();
            proactor.read(left, target, end);
            Talk.turns(200); // an engine is asked once in 64 turns
            target.limit(0);
            right.write(Loopback.bytes("x"));

            assertThatThrownBy(end.promise::join)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the buffer was changed");
          });
    }
  }

  @Test
  void aTargetWhoseMemoryHasEndedFailsItsReadAndTakesNothing() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          try (var arena = Arena.ofShared()) {
            proactor.read(left, arena.allocate(8).asByteBuffer(), end);
            yieldNow();
          }
          right.write(Loopback.bytes("kept"));
          assertThatThrownBy(end.promise::join)
              .isInstanceOf(IOException.class)
              .hasMessageContaining("Already closed");

          var next = new End<Integer>();
          var target = ByteBuffer.allocate(8);
          proactor.read(left, target, next);
          assertThat(next.promise.join()).isEqualTo(4);
          assertThat(Loopback.text(target)).isEqualTo("kept");
        });
  }

  @Test
  void aSourceWhoseMemoryHasEndedFailsItsWrite() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          ByteBuffer source;
          try (var arena = Arena.ofShared()) {
            source = arena.allocate(16 << 20).asByteBuffer(); // more than the system takes
            proactor.write(left, source, end);
            yieldNow();
          }
          while (!end.promise.isDone()) {
            right.read(ByteBuffer.allocate(1 << 20));
            yieldNow();
          }

          assertThatThrownBy(end.promise::join)
              .isInstanceOf(IOException.class)
              .hasMessageContaining("Already closed");
        });
  }

  @Test
  void aChannelClosedMeanwhileFailsItsOperation() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          proactor.read(left, ByteBuffer.allocate(1), end);
          yieldNow();
          kind.close(left);

          assertThatThrownBy(end.promise::join)
              .isInstanceOfAny(StreamClosedException.class, ClosedChannelException.class);
        });
  }

  @Test
  void aWriteThatIsCancelledSaysHowMuchWasTaken() {
    connected(
        (proactor, left, right) -> {
          var end = new End<Integer>();
          var source = ByteBuffer.allocate(64 << 20); // more than the system takes
          var operation = proactor.write(left, source, end);
          for (int i = 0; i < 10; i++) {
            yieldNow();
          }

          assertThat(operation.cancel()).isTrue();
          assertThatThrownBy(end.promise::join).isInstanceOf(InterruptedIOException.class);

          var next = new End<Integer>();
          proactor.write(left, Loopback.bytes("!"), next);
          var received = ByteBuffer.allocate(source.position() + 1);
          Sockets.readFully(right, received);
          assertThat(next.promise.join()).isEqualTo(1);
          assertThat(received.get(source.position())).isEqualTo((byte) '!');
        });
  }

  @Test
  void aChannelThatIsNotConnectedFailsItsOperation() {
    run(
        () -> {
          try (var client = kind.open()) {
            var end = new End<Integer>();
            kind.proactor().read(client, ByteBuffer.allocate(1), end);

            assertThatThrownBy(end.promise::join).isInstanceOf(IOException.class);
          }
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
