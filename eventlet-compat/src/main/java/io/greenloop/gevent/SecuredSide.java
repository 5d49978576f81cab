package io.greenloop.gevent;

import io.greenloop.Task;
import io.greenloop.Waiter;
import io.greenloop.eventlet.internal.GreenStream;
import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.net.Stream;
import io.greenloop.net.StreamClosedException;
import io.greenloop.net.Streams;
import io.greenloop.net.TlsInfo;
import io.greenloop.net.TlsOptions;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The connection of a {@link GeventSocket} that speaks TLS: a stream of the core, with limits. */
final class SecuredSide {
  private static final int CHUNK = 16 * 1024; // what a TLS record holds

  private final GreenStream green;
  private @Nullable Task<?> reader;
  private @Nullable Task<?> writer;

  private SecuredSide(GreenStream green) {
    this.green = green;
  }

  /** Takes {@code channel} over, and shakes hands at the first use. */
  static SecuredSide of(SocketChannel channel, TlsOptions options) {
    return Hub.waiting(() -> new SecuredSide(new GreenStream(Streams.adopt(channel), options)));
  }

  void shakeHands(@Nullable Duration limit) throws IOException {
    limited("startTls", limit, green::agreed);
  }

  Optional<TlsInfo> info() {
    return green.tls();
  }

  boolean isClosed() {
    return green.stream().isClosing();
  }

  // ---- reading and writing -----------------------------------------------------------------

  int read(ByteBuffer target, @Nullable Duration limit) throws IOException {
    checkFree("read", reader);
    if (isNow(limit)) {
      return readNow(target);
    }
    return limited(
        "read",
        limit,
        () -> {
          reader = Task.currentOrNull();
          try {
            return green.agreed().reader().read(target);
          } finally {
            reader = null;
          }
        });
  }

  private int readNow(ByteBuffer target) throws IOException {
    return this.<Integer>limited(
        "read",
        null,
        () -> {
          var now = new Now();
          agreedNow().reader().read(target, now);
          return now.result();
        });
  }

  /**
   * Some of {@code source}, and how many bytes: waits for room first, so that what is thrown means
   * that nothing was taken.
   */
  int send(ByteBuffer source, @Nullable Duration limit) throws IOException {
    if (!source.hasRemaining()) {
      return 0;
    }
    boolean now = isNow(limit);
    return this.<Integer>writing(
        limit,
        stream -> {
          if (!now) {
            stream.writer().drain();
          } else if (stream.writer().bufferSize() > 0) {
            throw wouldWait();
          }
          int before = source.position();
          do {
            stream.writer().tryWrite(nextChunk(source));
          } while (source.hasRemaining() && (!now || stream.writer().bufferSize() == 0));
          return source.position() - before;
        });
  }

  /** All of {@code source}; {@code limit} is for the whole of it. */
  void write(ByteBuffer source, @Nullable Duration limit) throws IOException {
    if (isNow(limit)) {
      send(source, limit);
      if (source.hasRemaining()) {
        throw wouldWait();
      }
      return;
    }
    this.<@Nullable Void>writing(
        limit,
        stream -> {
          while (source.hasRemaining()) {
            stream.writer().write(nextChunk(source));
          }
          return null;
        });
  }

  private static ByteBuffer nextChunk(ByteBuffer source) {
    int some = Math.min(CHUNK, source.remaining());
    ByteBuffer chunk = source.slice(source.position(), some);
    source.position(source.position() + some);
    return chunk;
  }

  /** What writes on the stream. */
  @FunctionalInterface
  private interface Writing<T extends @Nullable Object> {
    T on(Stream stream) throws IOException;
  }

  private <T extends @Nullable Object> T writing(
      @Nullable Duration limit, Writing<? extends T> body) throws IOException {
    checkFree("write", writer);
    boolean now = isNow(limit);
    return this.<T>limited(
        "write",
        now ? null : limit,
        () -> {
          writer = Task.currentOrNull();
          try {
            return body.on(now ? agreedNow() : green.agreed());
          } finally {
            writer = null;
          }
        });
  }

  void shutdownOutput() throws IOException {
    this.<@Nullable Void>limited(
        "shutdownOutput",
        null,
        () -> {
          green.agreed().writer().shutdownOutput();
          return null;
        });
  }

  void close() {
    Hub.waiting(green.stream()::close);
  }

  // ---- limits ------------------------------------------------------------------------------

  private static boolean isNow(@Nullable Duration limit) {
    return limit != null && limit.isZero();
  }

  private Stream agreedNow() throws IOException {
    if (!green.isAgreed()) {
      throw wouldWait();
    }
    return green.stream();
  }

  private static SocketTimeoutException wouldWait() {
    return new SocketTimeoutException("would wait, and its time limit is zero");
  }

  private <T extends @Nullable Object> T limited(
      String operation, @Nullable Duration limit, Callable<? extends T> io) throws IOException {
    boolean wasOpen = !isClosed();
    try {
      return Hub.<T>waiting(() -> GreenStream.<T>within(operation, () -> "timed out", limit, io));
    } catch (Throwable thrown) {
      if (thrown instanceof StreamClosedException) {
        throw wasOpen ? new AsynchronousCloseException() : new ClosedChannelException();
      }
      throw Sneaky.raise(thrown);
    }
  }

  private void checkFree(String operation, @Nullable Task<?> user) {
    if (user != null) {
      throw GeventSocket.inUse(operation, this, io.greenloop.gevent.Waiter.inWords(user));
    }
  }

  /** Somebody who reads what is there, and does not wait. */
  private static final class Now extends Waiter<Integer> {
    private @Nullable Integer got;
    private @Nullable Throwable failure;

    @Override
    protected void onServed(Integer count) {
      got = count;
    }

    @Override
    protected void onFailed(Throwable thrown) {
      failure = thrown;
    }

    int result() throws IOException {
      if (failure != null) {
        throw Sneaky.raise(failure);
      }
      if (got == null) {
        abandon();
        throw wouldWait();
      }
      return got;
    }
  }

  @Override
  public String toString() {
    return "socket " + green;
  }
}
