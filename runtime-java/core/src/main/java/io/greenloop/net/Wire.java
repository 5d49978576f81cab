package io.greenloop.net;

import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection as code sees it that never waits: what a stream stands on, be it a
 * socket, a pipe or TLS over one of them. Loop room.
 */
interface Wire {
  /**
   * Takes what has arrived.
   *
   * @param target with room for at least one byte
   * @return how many bytes; 0: nothing yet; -1: the end
   */
  int tryRead(ByteBuffer target) throws IOException;

  /** Sends as much of {@code source} as can be sent now; its position tells how much that was. */
  void tryWrite(ByteBuffer source) throws IOException;

  /** {@link #tryWrite(ByteBuffer)} of several, in one system call where that can be done. */
  default void tryWrite(ByteBuffer[] sources) throws IOException {
    for (ByteBuffer source : sources) {
      tryWrite(source);
      if (source.hasRemaining()) {
        return;
      }
    }
  }

  /**
   * Where a worker thread may write the bytes of a file to, past {@link #tryWrite}; null if the
   * wire changes what it sends.
   */
  default @Nullable WritableByteChannel fileTarget() {
    return null;
  }

  /**
   * Makes {@code listener} the one who is told that {@link #tryRead} or {@link #tryWrite} may get
   * further, until it is {@linkplain #mute taken back}.
   */
  void listen(Direction direction, ReadyListener listener);

  /** Takes the listener of {@code direction} back; no-op if there is none. */
  void mute(Direction direction);

  /** Ends our direction, behind what was written. */
  void shutdownOutput() throws IOException;

  /** Nothing more is written but what waits for its way out; {@link #part} will follow. */
  default void beginClose() {}

  /**
   * Takes leave of the other side before a {@link #close}, where the wire's protocol wants that.
   * Behind everything that was written; nothing is read or written after it.
   *
   * @param told when that is done, once, in an entry of the loop: null, or what went wrong; not
   *     after a close or an abort
   * @return true: there is nothing to be done, and nobody will be told
   */
  default boolean part(Consumer<@Nullable IOException> told) {
    return true;
  }

  /** Closes both directions, in good order. No listener is told. Idempotent. */
  void close();

  /** Closes at once; the other side may lose what is under way. Idempotent. */
  void abort();
}
