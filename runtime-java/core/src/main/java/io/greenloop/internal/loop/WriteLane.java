package io.greenloop.internal.loop;

import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.CompletionHandler;
import java.util.function.Consumer;

/**
 * The outgoing direction of a connection, with its beginning. What is written is handed over in
 * pieces that are copied, because a write that is cancelled goes on with its piece.
 */
final class WriteLane extends Lane {
  private static final int SIZE = 64 * 1024;

  private final CompletionHandler<Integer, Channel> onWritten = handler(this::written);
  private final CompletionHandler<Void, Channel> onConnected = handler((none, channel) -> {});
  private ByteBuffer piece = ByteBuffer.allocate(0);

  WriteLane(LoopCore loop, Consumer<String> roomCheck) {
    super(loop, roomCheck);
  }

  Proactor.Operation write(
      AsynchronousSocketChannel channel, ByteBuffer source, Completion<Integer> completion) {
    int start = source.position();
    return begin(
        new Waiting<Integer>("write", channel, completion) {
          @Override
          boolean advance() {
            if (!source.hasRemaining()) {
              return false;
            }
            handOver(source);
            call(() -> channel.write(piece, channel, onWritten));
            return true;
          }

          @Override
          Integer take() {
            return source.position() - start;
          }
        });
  }

  private void handOver(ByteBuffer source) {
    int count = Math.min(SIZE, source.remaining());
    if (piece.capacity() < count) {
      piece = ByteBuffer.allocateDirect(count);
    }
    piece.clear().put(0, source, source.position(), count).limit(count);
    source.position(source.position() + count);
  }

  private void written(int count, Channel channel) {
    if (piece.hasRemaining()) {
      call(() -> ((AsynchronousSocketChannel) channel).write(piece, channel, onWritten));
    }
  }

  Proactor.Operation connect(
      AsynchronousSocketChannel channel,
      SocketAddress remote,
      Completion<AsynchronousSocketChannel> completion) {
    return begin(
        new Waiting<AsynchronousSocketChannel>("connect", channel, completion) {
          private boolean asked;

          @Override
          boolean advance() {
            if (asked) {
              return false;
            }
            asked = true;
            call(() -> channel.connect(remote, channel, onConnected));
            return true;
          }

          @Override
          AsynchronousSocketChannel take() {
            return channel;
          }
        });
  }
}
