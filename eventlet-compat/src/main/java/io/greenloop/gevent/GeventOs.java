package io.greenloop.gevent;

import io.greenloop.net.Sockets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/**
 * Reading and writing of what has a channel only (Python: {@code gevent.os}): {@code nb} waits by
 * the loop, {@code tp} on the hub's thread pool. In a greenlet.
 */
public final class GeventOs {
  private static final int STEP = 64 * 1024; // one read takes no more

  private GeventOs() {}

  /** Makes {@code channel} fit for {@code nb} (Python: {@code make_nonblocking}). */
  public static void makeNonBlocking(SelectableChannel channel) throws IOException {
    channel.configureBlocking(false);
  }

  /**
   * What has come through {@code channel}, at most {@code most} bytes; waits for some. Empty at the
   * end (Python: {@code nb_read}).
   *
   * @throws java.nio.channels.IllegalBlockingModeException unless it is in non-blocking mode
   */
  public static <C extends SelectableChannel & ReadableByteChannel> byte[] nbRead(
      C channel, int most) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(Math.min(most, STEP));
    Hub.<Integer>waiting(() -> Sockets.read(channel, target));
    return Arrays.copyOf(target.array(), target.position());
  }

  /**
   * Writes some of {@code data}, and returns how many bytes; waits until one can be written
   * (Python: {@code nb_write}).
   *
   * @throws java.nio.channels.IllegalBlockingModeException unless it is in non-blocking mode
   */
  public static <C extends SelectableChannel & WritableByteChannel> int nbWrite(
      C channel, byte[] data) throws IOException {
    if (channel.isBlocking()) {
      throw new java.nio.channels.IllegalBlockingModeException();
    }
    ByteBuffer source = ByteBuffer.wrap(data);
    int written = channel.write(source);
    while (written == 0 && source.hasRemaining()) {
      Select.await(channel, Loop.WRITE, null, null);
      written = channel.write(source);
    }
    return written;
  }

  /** {@link #nbRead} of any channel, on a thread (Python: {@code tp_read}). */
  public static byte[] tpRead(ReadableByteChannel channel, int most) throws IOException {
    return threads("tpRead")
        .<byte[]>apply(
            () -> {
              ByteBuffer target = ByteBuffer.allocate(most);
              channel.read(target);
              return Arrays.copyOf(target.array(), target.position());
            });
  }

  /** {@link #nbWrite} to any channel, on a thread (Python: {@code tp_write}). */
  public static int tpWrite(WritableByteChannel channel, byte[] data) throws IOException {
    return threads("tpWrite").<Integer>apply(() -> channel.write(ByteBuffer.wrap(data)));
  }

  private static ThreadPool threads(String operation) {
    return Hub.of(operation).threadPool();
  }
}
