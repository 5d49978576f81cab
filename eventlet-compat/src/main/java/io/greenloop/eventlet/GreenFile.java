package io.greenloop.eventlet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bytes and lines of a {@link GreenSocket} (Python: what {@code makefile} gives). Writing is
 * buffered until {@link #flush} or {@link #close}. Room: loop, in a task, or a plain thread.
 */
public final class GreenFile implements AutoCloseable {
  private static final int CHUNK = 8192;

  private final GreenSocket socket;
  private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();
  private byte[] unread = new byte[0];
  private int at;
  private boolean closed;

  GreenFile(GreenSocket socket) {
    this.socket = socket;
  }

  /** The next line with its end; without one at the end of the stream; null behind that. */
  public @Nullable String readLine() throws IOException {
    var line = new ByteArrayOutputStream();
    while (fill()) {
      byte next = unread[at++];
      line.write(next);
      if (next == '\n') {
        break;
      }
    }
    return line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
  }

  /** {@code count} bytes, or fewer at the end of the stream. */
  public byte[] read(int count) throws IOException {
    var bytes = new ByteArrayOutputStream();
    while (bytes.size() < count && fill()) {
      int some = Math.min(count - bytes.size(), unread.length - at);
      bytes.write(unread, at, some);
      at += some;
    }
    return bytes.toByteArray();
  }

  /** All that comes, to the end of the stream. */
  public byte[] readAll() throws IOException {
    return read(Integer.MAX_VALUE);
  }

  private boolean fill() throws IOException {
    if (at == unread.length) {
      unread = socket.recv(CHUNK);
      at = 0;
    }
    return at < unread.length;
  }

  /** Writes {@code text} in UTF-8, behind what was written before. */
  public void write(String text) throws IOException {
    unsent.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    if (unsent.size() >= CHUNK) {
      flush();
    }
  }

  /** Sends what was written. */
  public void flush() throws IOException {
    byte[] bytes = unsent.toByteArray();
    unsent.reset();
    socket.writeFully(bytes);
  }

  /** Sends what was written, and lets go of the socket. Idempotent. */
  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      try {
        flush();
      } finally {
        socket.release();
      }
    }
  }
}
