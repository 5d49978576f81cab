package io.greenloop.gevent;

import io.greenloop.eventlet.internal.GreenBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.Charset;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * A file or a pipe whose reads and writes park the greenlet (Python: {@code
 * gevent.fileobject.FileObject}): a pipe is waited for by the loop, as by {@code FileObjectPosix},
 * a file is read and written on the hub's thread pool, as by {@code FileObjectThread}. Bytes;
 * {@link #text} gives characters.
 *
 * <p>What is written is buffered until {@link #flush} or {@link #close}, unless the buffer is 0.
 *
 * <p><b>Room:</b> greenlets of one loop, one at a time.
 */
public final class GeventFile implements AutoCloseable {
  /** How many bytes are buffered, unless something else is asked for. */
  public static final int DEFAULT_BUFFER = 8192;

  private static final int STEP = 64 * 1024; // one read takes no more, or as much as the buffer

  private final GreenBytes bytes;
  private final int buffer;
  private final ByteArrayOutputStream unsent = new ByteArrayOutputStream(0);
  private ByteBuffer unread = ByteBuffer.allocate(0);
  private boolean closed;

  GeventFile(GreenBytes bytes, int buffer) {
    this.bytes = bytes;
    this.buffer = buffer;
  }

  // ---- making one --------------------------------------------------------------------------

  /** The file at {@code path}; opened on the hub's thread pool. */
  public static GeventFile open(Path path, OpenOption... options) throws IOException {
    return open(DEFAULT_BUFFER, path, options);
  }

  /** {@link #open(Path, OpenOption...)} with another buffer, in bytes (Python: {@code bufsize}). */
  public static GeventFile open(int buffer, Path path, OpenOption... options) throws IOException {
    checkBuffer(buffer);
    ThreadPool threads = Hub.of("GeventFile.open").threadPool();
    return new GeventFile(GreenBytes.open(path, threads::apply, options), buffer);
  }

  /** The end of a pipe that is read; taken over. */
  public static GeventFile of(Pipe.SourceChannel source) throws IOException {
    return of(DEFAULT_BUFFER, source);
  }

  /** {@link #of(Pipe.SourceChannel)} with another buffer, in bytes. */
  public static GeventFile of(int buffer, Pipe.SourceChannel source) throws IOException {
    return made(buffer, () -> GreenBytes.of(source));
  }

  /** The end of a pipe that is written; taken over. */
  public static GeventFile of(Pipe.SinkChannel sink) throws IOException {
    return of(DEFAULT_BUFFER, sink);
  }

  /** {@link #of(Pipe.SinkChannel)} with another buffer, in bytes. */
  public static GeventFile of(int buffer, Pipe.SinkChannel sink) throws IOException {
    return made(buffer, () -> GreenBytes.of(sink));
  }

  private static GeventFile made(int buffer, Callable<GreenBytes> bytes) {
    checkBuffer(buffer);
    return new GeventFile(Hub.waiting(bytes), buffer);
  }

  static void checkBuffer(int buffer) {
    if (buffer < 0) {
      throw new IllegalArgumentException("GeventFile: buffer = " + buffer + " (expected >= 0)");
    }
  }

  /** Its characters; close that instead of this. */
  public GeventTextFile text(Charset charset, GeventTextFile.Newline newline) {
    return new GeventTextFile(this, charset, newline);
  }

  // ---- reading -----------------------------------------------------------------------------

  /**
   * {@code count} bytes, fewer only at the end; without a buffer what one read gives, which is at
   * most 64 KiB.
   *
   * @throws IOException also after {@link #close}
   */
  public byte[] read(int count) throws IOException {
    if (buffer == 0) {
      return readSome(count);
    }
    var all = new ByteArrayOutputStream();
    while (all.size() < count) {
      byte[] some = readSome(count - all.size());
      if (some.length == 0) {
        break;
      }
      all.writeBytes(some);
    }
    return all.toByteArray();
  }

  /** What is there, at most {@code most} bytes; waits for one. Empty at the end (Python: read1). */
  public byte[] readSome(int most) throws IOException {
    if (!fill(most)) {
      return new byte[0];
    }
    byte[] taken = new byte[Math.min(most, unread.remaining())];
    unread.get(taken);
    return taken;
  }

  /** All up to the end. */
  public byte[] readAll() throws IOException {
    var all = new ByteArrayOutputStream();
    for (byte[] some = readSome(DEFAULT_BUFFER); some.length > 0; ) {
      all.writeBytes(some);
      some = readSome(DEFAULT_BUFFER);
    }
    return all.toByteArray();
  }

  /** The next line with its line feed, which the last one may lack; empty at the end. */
  public byte[] readLine() throws IOException {
    var line = new ByteArrayOutputStream();
    while (fill(1)) {
      byte next = unread.get();
      line.write(next);
      if (next == '\n') {
        break;
      }
    }
    return line.toByteArray();
  }

  /** Makes sure that something is unread; false at the end. */
  private boolean fill(int wanted) throws IOException {
    checkOpen("read");
    if (unread.hasRemaining() || wanted == 0) {
      return unread.hasRemaining();
    }
    if (!bytes.isTwoWay()) {
      flush();
    }
    ByteBuffer target = ByteBuffer.allocate(Math.max(buffer, Math.min(wanted, STEP)));
    int count = Hub.<Integer>waiting(() -> bytes.read(target));
    unread = target.flip();
    return count > 0;
  }

  // ---- writing -----------------------------------------------------------------------------

  /** Writes {@code data}, behind what was written before. */
  public void write(byte[] data) throws IOException {
    checkOpen("write");
    dropUnread();
    unsent.writeBytes(data);
    if (unsent.size() > buffer || buffer == 0) {
      flush();
    }
  }

  /** Hands over what was written. */
  public void flush() throws IOException {
    if (unsent.size() > 0) {
      ByteBuffer source = ByteBuffer.wrap(unsent.toByteArray());
      unsent.reset();
      Hub.waiting(() -> bytes.write(source));
    }
  }

  // ---- its place ---------------------------------------------------------------------------

  /**
   * Where the next read or write happens (Python: {@code tell}).
   *
   * @throws IOException for a pipe
   */
  public long position() throws IOException {
    checkOpen("position");
    flush();
    return Hub.<Long>waiting(() -> bytes.position()) - unread.remaining();
  }

  /**
   * Goes to {@code position}, from the beginning (Python: {@code seek}).
   *
   * @throws IOException for a pipe
   */
  public void position(long position) throws IOException {
    checkOpen("position");
    flush();
    unread = ByteBuffer.allocate(0);
    Hub.waiting(() -> bytes.position(position));
  }

  /** A write happens where the reader stands, not where the buffer has got to. */
  private void dropUnread() throws IOException {
    if (unread.hasRemaining() && !bytes.isTwoWay()) {
      position(position());
    }
  }

  // ---- ending ------------------------------------------------------------------------------

  private void checkOpen(String operation) throws IOException {
    if (closed) {
      throw new IOException(operation + " on " + this + ": it is closed");
    }
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Hands over what was written, and closes it. Idempotent. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try {
      flush();
    } finally {
      closed = true;
      Hub.waiting(bytes::close);
    }
  }

  @Override
  public String toString() {
    return "gevent file on " + bytes;
  }
}
