package io.greenloop.eventlet;

import io.greenloop.net.StreamReader;
import io.greenloop.net.StreamWriter;
import io.greenloop.net.Streams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pipe, or a file, whose waits hold only the calling green thread (Python: {@code
 * eventlet.greenio.GreenPipe}). A file is read and written on the threads of {@link Tpool}, where
 * eventlet blocks. Room: loop, in a task, or a plain thread.
 */
public final class GreenPipe implements AutoCloseable {
  private final @Nullable StreamReader reader;
  private final @Nullable StreamWriter writer;
  private final @Nullable FileChannel file;

  private GreenPipe(
      @Nullable StreamReader reader, @Nullable StreamWriter writer, @Nullable FileChannel file) {
    this.reader = reader;
    this.writer = writer;
    this.file = file;
  }

  /** The end that is read; taken over. */
  public static GreenPipe of(Pipe.SourceChannel source) throws IOException {
    return Eventlet.awaiting(() -> new GreenPipe(Streams.reader(source), null, null));
  }

  /** The end that is written; taken over. */
  public static GreenPipe of(Pipe.SinkChannel sink) throws IOException {
    return Eventlet.awaiting(() -> new GreenPipe(null, Streams.writer(sink), null));
  }

  /** A file. */
  public static GreenPipe open(Path path, OpenOption... options) throws IOException {
    return Tpool.execute(() -> new GreenPipe(null, null, FileChannel.open(path, Set.of(options))));
  }

  /** What has come, or stands in the file, at most {@code max} bytes; empty at the end. */
  public byte[] read(int max) throws IOException {
    StreamReader from = reader;
    FileChannel of = file;
    if (from != null) {
      return Eventlet.awaiting(() -> from.read(max));
    }
    if (of == null) {
      throw new IOException("read on " + this + ": this is the end that is written");
    }
    return Tpool.execute(
        () -> {
          ByteBuffer target = ByteBuffer.allocate(max);
          int count = of.read(target);
          return Arrays.copyOf(target.array(), Math.max(0, count));
        });
  }

  /** All up to the end. */
  public byte[] readAll() throws IOException {
    StreamReader from = reader;
    if (from != null) {
      return Eventlet.awaiting(from::readAll);
    }
    FileChannel of = file;
    return read(of == null ? 0 : Math.toIntExact(of.size() - of.position()));
  }

  /** Writes all of {@code data}; waits while the other side does not read. */
  public void write(byte[] data) throws IOException {
    StreamWriter to = writer;
    FileChannel of = file;
    if (to != null) {
      Eventlet.waiting(
          () -> {
            to.write(data);
            to.drain();
          });
    } else if (of != null) {
      Tpool.<@Nullable Void>execute(
          () -> {
            ByteBuffer source = ByteBuffer.wrap(data);
            while (source.hasRemaining()) {
              of.write(source);
            }
            return null;
          });
    } else {
      throw new IOException("write on " + this + ": this is the end that is read");
    }
  }

  /** Closes it, behind what was written. Idempotent. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
    Eventlet.waiting(
        () -> {
          if (reader != null) {
            reader.close();
          }
          if (writer != null) {
            writer.close();
          }
        });
  }

  @Override
  public String toString() {
    Object of = reader != null ? reader : writer != null ? writer : "a file";
    return "green pipe on " + of;
  }
}
