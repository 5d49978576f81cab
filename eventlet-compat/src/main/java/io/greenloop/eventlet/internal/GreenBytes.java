package io.greenloop.eventlet.internal;

import io.greenloop.net.StreamReader;
import io.greenloop.net.StreamWriter;
import io.greenloop.net.Streams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What is read and written so that only the caller waits: a pipe's end by a stream of the core, a
 * file on threads, a connection by its own class. Loop room, in a task.
 */
public abstract class GreenBytes implements AutoCloseable {
  private static final int CHUNK = 64 * 1024; // of what a pipe holds

  protected GreenBytes() {}

  /** Where the calls to a file run, each on a thread, while the caller waits. */
  @FunctionalInterface
  public interface Threads {
    /** Runs {@code job} on a thread; throws what it throws. */
    <T extends @Nullable Object> T call(Callable<? extends T> job);
  }

  // ---- making one --------------------------------------------------------------------------

  /** The end of a pipe that is read; taken over. */
  public static GreenBytes of(Pipe.SourceChannel source) throws IOException {
    return new Incoming(Streams.reader(source));
  }

  /** The end of a pipe that is written; taken over. */
  public static GreenBytes of(Pipe.SinkChannel sink) throws IOException {
    return new Outgoing(Streams.writer(sink));
  }

  /** The file at {@code path}; closed again if the caller gives up before it is open. */
  public static GreenBytes open(Path path, Threads threads, OpenOption... options) {
    FileChannel file = Handover.from(threads, () -> FileChannel.open(path, Set.of(options)));
    return new OnThreads(file, threads);
  }

  // ---- what it can do ----------------------------------------------------------------------

  /** Reads into {@code target}, at least a byte; returns how many, -1 at the end. */
  public abstract int read(ByteBuffer target) throws IOException;

  /** How many bytes a read for {@code most} may give, so that its caller makes room for them. */
  public int atOnce(int most) {
    return Math.min(most, CHUNK);
  }

  /** Writes all of {@code source}; waits while nobody takes it. */
  public abstract void write(ByteBuffer source) throws IOException;

  /**
   * How far the next read or write is behind the file's beginning.
   *
   * @throws IOException for a pipe
   */
  public long position() throws IOException {
    throw new IOException("position of " + this + ": it has none; only a file has");
  }

  /**
   * Moves there (Python: {@code seek}).
   *
   * @throws IOException for a pipe
   */
  public void position(long position) throws IOException {
    throw new IOException("position of " + this + ": it cannot be moved; only a file can");
  }

  /** How many bytes stand in it. */
  public long size() throws IOException {
    throw new IOException("size of " + this + ": it has none; only a file has");
  }

  /** Whether what is read and what is written have nothing to do with each other. */
  public boolean isTwoWay() {
    return false;
  }

  /** Closes it, behind what was written. Idempotent. */
  @Override
  public abstract void close() throws IOException;

  private static final class Incoming extends GreenBytes {
    private final StreamReader reader;

    Incoming(StreamReader reader) {
      this.reader = reader;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return reader.read(target);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      throw new IOException("write on " + this + ": this is the end that is read");
    }

    @Override
    public void close() {
      reader.close();
    }

    @Override
    public String toString() {
      return reader.toString();
    }
  }

  private static final class Outgoing extends GreenBytes {
    private final StreamWriter writer;

    Outgoing(StreamWriter writer) {
      this.writer = writer;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      throw new IOException("read on " + this + ": this is the end that is written");
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
      writer.write(source);
    }

    @Override
    public void close() {
      writer.close();
    }

    @Override
    public String toString() {
      return writer.toString();
    }
  }

  private static final class OnThreads extends GreenBytes {
    private final FileChannel file;
    private final Threads threads;

    OnThreads(FileChannel file, Threads threads) {
      this.file = file;
      this.threads = threads;
    }

    @Override
    public int read(ByteBuffer target) {
      // A caller that gives up leaves the thread reading: not into what is the caller's again.
      ByteBuffer taken = ByteBuffer.allocate(target.remaining());
      int count = threads.<Integer>call(() -> file.read(taken));
      target.put(taken.flip());
      return count;
    }

    @Override
    public int atOnce(int most) {
      if (most <= CHUNK) {
        return most;
      }
      long left = threads.<Long>call(() -> file.size() - file.position());
      return (int) Math.min(most, Math.max(CHUNK, left));
    }

    @Override
    public void write(ByteBuffer source) {
      ByteBuffer taken = ByteBuffer.allocate(source.remaining()).put(source).flip();
      threads.<@Nullable Void>call(
          () -> {
            while (taken.hasRemaining()) {
              file.write(taken);
            }
            return null;
          });
    }

    @Override
    public long position() {
      return threads.<Long>call(file::position);
    }

    @Override
    public void position(long position) {
      threads.call(() -> file.position(position));
    }

    @Override
    public long size() {
      return threads.<Long>call(file::size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }

    @Override
    public String toString() {
      return "a file";
    }
  }
}
