package io.greenloop.eventlet.internal;

import io.greenloop.EventLoop;
import io.greenloop.net.Stream;
import io.greenloop.net.TlsInfo;
import io.greenloop.net.TlsOptions;
import io.greenloop.sync.Event;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream as the sockets of both dialects use it: each operation may have a time limit, and where
 * there is to be TLS, whoever comes first shakes hands and the others wait for that. Loop room, in
 * a task.
 */
public final class GreenStream {
  private final Stream stream;
  private @Nullable TlsOptions tls; // not agreed yet
  private @Nullable Event handshake;
  private @Nullable IOException refused;

  /** A connection, which may be about to speak TLS. */
  public GreenStream(Stream stream, @Nullable TlsOptions tls) {
    this.stream = stream;
    this.tls = tls;
  }

  // ---- limits ------------------------------------------------------------------------------

  /**
   * Runs {@code io} for at most {@code limit}.
   *
   * @param message of the {@link SocketTimeoutException} that is thrown when that is over
   * @param limit null for none
   */
  public static <T extends @Nullable Object> T within(
      String operation,
      Supplier<String> message,
      @Nullable Duration limit,
      Callable<? extends T> io)
      throws Exception {
    if (limit == null) {
      return io.call();
    }
    Alarm alarm =
        Alarm.set(
            EventLoop.current(), operation, limit, () -> new SocketTimeoutException(message.get()));
    try {
      return io.call();
    } finally {
      alarm.cancel();
    }
  }

  // ---- TLS ---------------------------------------------------------------------------------

  /** Speaks TLS from the next use on. */
  public void setTls(TlsOptions options) {
    tls = options;
  }

  /** Whether both sides have agreed on TLS, or there is to be none. */
  public boolean isAgreed() {
    return tls == null;
  }

  /** What TLS has agreed on. */
  public Optional<TlsInfo> tls() {
    return stream.tls();
  }

  /**
   * The stream, when both sides have agreed on TLS if there is to be any.
   *
   * @throws IOException what the handshake failed with
   */
  public Stream agreed() throws IOException {
    TlsOptions options = tls;
    Event underWay = handshake;
    if (underWay != null) {
      underWay.waitFor();
      if (refused != null) {
        throw refused;
      }
    } else if (options != null) {
      shakeHands(options);
    }
    return stream;
  }

  private void shakeHands(TlsOptions options) throws IOException {
    var over = new Event();
    handshake = over;
    try {
      stream.startTls(options);
      tls = null;
    } catch (IOException failed) {
      refused = failed;
      throw failed;
    } finally {
      handshake = null;
      over.set();
    }
  }

  // ---- the rest ----------------------------------------------------------------------------

  /** The stream, whether or not they have agreed. */
  public Stream stream() {
    return stream;
  }

  @Override
  public String toString() {
    return stream.toString();
  }
}
