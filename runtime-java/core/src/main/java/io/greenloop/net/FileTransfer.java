package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.CancelScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Sends a part of a file from a task. The file is read by worker threads, never by the loop: into
 * the socket itself where the system can do that. Loop room.
 */
final class FileTransfer {
  /** Sent in one go by a worker; a cancel waits for the end of one. */
  private static final int MOST_AT_ONCE = 1 << 20;

  private static final int CHUNK = 64 * 1024;

  /** A step that may park the calling task. */
  @FunctionalInterface
  interface Step<T extends @Nullable Object> {
    void take(T what) throws IOException;
  }

  private final FileChannel file;
  private final long offset;
  private final long count;
  private long sent;

  /**
   * @param count {@code Long.MAX_VALUE}: to the end of the file
   * @throws IllegalArgumentException if a number is wrong
   */
  FileTransfer(FileChannel file, long offset, long count) {
    if (offset < 0) {
      throw new IllegalArgumentException("sendFile: offset " + offset + ": must not be negative");
    }
    if (count <= 0) {
      throw new IllegalArgumentException("sendFile: count " + count + ": must be positive");
    }
    this.file = file;
    this.offset = offset;
    this.count = count;
  }

  /**
   * Sends, without a copy where that can be done.
   *
   * @param socket takes the file as it is; null if it has to go through {@code write}
   * @param write sends a part, and waits while no more is taken
   * @param awaitRoom waits until {@code socket} may take more
   * @return how many bytes; the file's position is behind them, however this ends
   */
  long send(
      @Nullable WritableByteChannel socket, Step<ByteBuffer> write, Step<@Nullable Void> awaitRoom)
      throws IOException {
    return socket == null ? by(write) : to(socket, awaitRoom);
  }

  private long to(WritableByteChannel target, Step<@Nullable Void> awaitRoom) throws IOException {
    try {
      while (sent < count) {
        long at = offset + sent;
        long wanted = Math.min(count - sent, MOST_AT_ONCE);
        Part part = onWorker(() -> part(at, wanted, target));
        sent += part.sent;
        part.throwFailure();
        if (part.atEnd) {
          break;
        }
        if (part.sent < wanted) {
          awaitRoom.take(null);
        }
        Aio.yieldNow(); // hears of a cancel, and lets others in
      }
      return sent;
    } finally {
      file.position(offset + sent);
    }
  }

  private Part part(long at, long wanted, WritableByteChannel target) {
    try {
      long moved = file.transferTo(at, wanted, target);
      return new Part(moved, at + moved >= file.size(), null);
    } catch (IOException e) {
      return new Part(0, false, e);
    }
  }

  private record Part(long sent, boolean atEnd, @Nullable IOException failure) {
    void throwFailure() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }

  private long by(Step<ByteBuffer> write) throws IOException {
    try {
      var chunk = ByteBuffer.allocate(CHUNK);
      while (sent < count) {
        long at = offset + sent;
        chunk.clear().limit((int) Math.min(count - sent, CHUNK));
        int read = onWorker(() -> file.read(chunk, at));
        if (read < 0) {
          break;
        }
        chunk.flip();
        try {
          write.take(chunk);
        } finally {
          sent += read - chunk.remaining(); // taken, even if the wait behind it was cancelled
        }
      }
      return sent;
    } finally {
      file.position(offset + sent);
    }
  }

  /** Waits for the end of {@code job} even if cancelled: it uses what the caller will use next. */
  private static <T> T onWorker(Callable<T> job) {
    return CancelScope.shielded(null).<T>run(() -> Aio.<T>toThread(job).join());
  }
}
