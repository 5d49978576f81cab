package io.greenloop.reactor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * What an engine offers that moves bytes itself: the kernel reads into a buffer or writes from it,
 * and says when that is done.
 *
 * <p>The buffer is the kernel's until the end is told; also after a cancel, and after a close of
 * the channel, which ends the transfer.
 *
 * <p><b>Room:</b> the carrier thread of the loop that owns the engine, between two polls.
 */
public interface Transfers {
  /**
   * Whether the kernel may have {@code buffer}: not if its memory moves, as an array does, or may
   * end before the kernel is done, as an arena does. To carry its bytes in memory of ours would
   * cost as much as the buffer for as long as nothing comes; so it waits for readiness, which costs
   * nothing.
   */
  boolean takes(ByteBuffer buffer);

  /**
   * Begins to receive with the next poll.
   *
   * @param target one that is {@linkplain #takes taken}, with room for at least one byte; its
   *     position moves before the end is told
   * @param isEmpty whether there most likely is nothing yet: spares the kernel a look
   * @param end is told the number of bytes, or 0 at the end of the stream
   */
  Transfer receive(SocketChannel channel, ByteBuffer target, boolean isEmpty, End end);

  /**
   * Begins to send with the next poll.
   *
   * @param source one that is {@linkplain #takes taken}, with at least one byte; its position moves
   *     before the end is told
   * @param end is told the number of bytes, which may be less than there are
   */
  Transfer send(SocketChannel channel, ByteBuffer source, End end);

  /** One transfer under way. */
  interface Transfer {
    /** Asks the kernel to end it; no-op if it has ended. */
    void cancel();
  }

  /** Is told of the end of one transfer, once, inside a poll. */
  interface End {
    /**
     * It has ended.
     *
     * @param result the number of bytes, or a negative error number of the operating system
     */
    void ended(int result);

    /**
     * It was cancelled, or the channel was closed, before the kernel took it; or the channel is in
     * blocking mode.
     */
    void refused(IOException cause);
  }
}
