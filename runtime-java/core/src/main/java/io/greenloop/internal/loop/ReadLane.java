package io.greenloop.internal.loop;

import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.CompletionHandler;
import java.util.function.Consumer;

/**
 * The incoming direction of a connection. It is read into memory of its own, because a read that is
 * cancelled goes on.
 */
final class ReadLane extends Lane {
  private static final int SIZE = 16 * 1024;

  private final CompletionHandler<Integer, Channel> onRead = handler(this::arrived);
  private final ByteBuffer memory = ByteBuffer.allocateDirect(SIZE);

  /** Whether memory has what nobody took yet. */
  private boolean filled;

  private boolean ended;

  ReadLane(LoopCore loop, Consumer<String> roomCheck) {
    super(loop, roomCheck);
  }

  Proactor.Operation read(
      AsynchronousSocketChannel channel, ByteBuffer target, Completion<Integer> completion) {
    return begin(
        new Waiting<Integer>("read", channel, completion) {
          @Override
          boolean advance() {
            if (filled || ended) {
              return false;
            }
            memory.clear().limit(Math.clamp(target.remaining(), 1, SIZE));
            call(() -> channel.read(memory, channel, onRead));
            return true;
          }

          @Override
          Integer take() {
            return filled ? takeInto(target) : Integer.valueOf(-1);
          }
        });
  }

  private void arrived(int count, Channel channel) {
    ended = count < 0;
    filled = !ended;
    memory.flip();
  }

  private int takeInto(ByteBuffer target) {
    int count = Math.min(memory.remaining(), target.remaining());
    if (count == 0) {
      throw new IllegalStateException("it has no room");
    }
    target.put(target.position(), memory, memory.position(), count);
    target.position(target.position() + count);
    memory.position(memory.position() + count);
    filled = memory.hasRemaining();
    return count;
  }
}
