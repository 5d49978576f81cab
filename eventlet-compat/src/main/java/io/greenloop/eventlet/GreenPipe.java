package io.greenloop.eventlet;

import io.greenloop.eventlet.internal.GreenBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One end of a pipe, or a file, whose waits hold only the calling green thread (Python: {@code
 * eventlet.greenio.GreenPipe}). A file is read and written on the threads of {@link Tpool}, where
 * eventlet blocks. Room: loop, in a task, or a plain thread.
 */
public final class GreenPipe implements AutoCloseable {
  private static final int CHUNK = 64 * 1024;

  private final GreenBytes bytes;

  private GreenPipe(GreenBytes bytes) {
    this.bytes = bytes;
  }

  /** The end that is read; taken over. */
  public static GreenPipe of(Pipe.SourceChannel source) throws IOException {
    return Eventlet.awaiting(() -> new GreenPipe(GreenBytes.of(source)));
  }

  /** The end that is written; taken over. */
  public static GreenPipe of(Pipe.SinkChannel sink) throws IOException {
    return Eventlet.awaiting(() -> new GreenPipe(GreenBytes.of(sink)));
  }

  /** A file. */
  public static GreenPipe open(Path path, OpenOption... options) throws IOException {
    return new GreenPipe(GreenBytes.open(path, Tpool::execute, options));
  }

  /** What has come, or stands in the file, at most {@code max} bytes; empty at the end. */
  public byte[] read(int max) throws IOException {
    return Eventlet.awaiting(
        () -> {
          ByteBuffer target = ByteBuffer.allocate(bytes.atOnce(max));
          bytes.read(target);
          return Arrays.copyOf(target.array(), target.position());
        });
  }

  /** All up to the end. */
  public byte[] readAll() throws IOException {
    var all = new ByteArrayOutputStream();
    for (byte[] some = read(CHUNK); some.length > 0; some = read(CHUNK)) {
      all.writeBytes(some);
    }
    return all.toByteArray();
  }

  /** Writes all of {@code data}; waits while the other side does not read. */
  public void write(byte[] data) throws IOException {
    Eventlet.waiting(() -> bytes.write(ByteBuffer.wrap(data)));
  }

  /** Closes it, behind what was written. Idempotent. */
  @Override
  public void close() throws IOException {
    Eventlet.waiting(bytes::close);
  }

  @Override
  public String toString() {
    return "green pipe on " + bytes;
  }
}
