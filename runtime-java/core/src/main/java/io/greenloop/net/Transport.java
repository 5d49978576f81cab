package io.greenloop.net;

import io.greenloop.Task;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * A connection for code that is called back (Python: {@code asyncio.Transport}): it tells a {@link
 * Protocol} what comes, and sends what it is given without ever waiting.
 *
 * <p>One that is dropped without {@link #close} or {@link #abort} is reported when it is collected,
 * and its socket closed.
 *
 * <p><b>Room:</b> loop. What is asked of it after the end (its addresses, {@link #info}) is still
 * known.
 */
public interface Transport extends AutoCloseable {
  /**
   * What {@link #info} can be asked for.
   *
   * @param name for reports
   * @param type of the value
   * @param <T> the same
   */
  record Key<T>(String name, Class<T> type) {
    /** Our end (Python: {@code sockname}). */
    public static final Key<SocketAddress> LOCAL_ADDRESS =
        new Key<>("local address", SocketAddress.class);

    /** The other end (Python: {@code peername}). */
    public static final Key<SocketAddress> REMOTE_ADDRESS =
        new Key<>("remote address", SocketAddress.class);

    /** The socket, for its options; reading and writing it is the transport's (Python: socket). */
    public static final Key<SocketChannel> CHANNEL = new Key<>("channel", SocketChannel.class);

    /** The end of a pipe, see {@link io.greenloop.EventLoop#readPipe} (Python: {@code pipe}). */
    public static final Key<SelectableChannel> PIPE = new Key<>("pipe", SelectableChannel.class);

    /** See {@link Transport#tls} (Python: {@code ssl_object}, {@code cipher}, {@code peercert}). */
    public static final Key<TlsInfo> TLS = new Key<>("TLS", TlsInfo.class);

    /** Whose keys and trusted certificates TLS uses (Python: {@code sslcontext}). */
    public static final Key<SSLContext> SSL_CONTEXT = new Key<>("SSL context", SSLContext.class);
  }

  // ---- writing -----------------------------------------------------------------------------

  /**
   * Sends {@code data}; what the system does not take now is copied and sent later, in order. After
   * the end it is dropped; the fifth such call and each further one is logged.
   *
   * @param data is emptied, and the caller's again, when this returns
   * @throws IllegalStateException after {@link #shutdownOutput}, or while a file is being sent
   */
  void write(ByteBuffer data);

  /** {@link #write(ByteBuffer)} of an array. */
  default void write(byte[] data) {
    write(ByteBuffer.wrap(data));
  }

  /**
   * {@link #write(ByteBuffer)} of several in one go, without joining them (Python: {@code
   * writelines}).
   */
  void writeAll(List<ByteBuffer> data);

  /**
   * Ends our direction behind what was written: the other side reads to the end of the stream, and
   * may still send (Python: {@code write_eof}). Idempotent; nothing happens after the end.
   *
   * @throws UnsupportedOperationException with TLS, see {@link #canShutdownOutput}
   */
  void shutdownOutput();

  /**
   * Whether our direction can be ended (Python: {@code can_write_eof}). Not with TLS, which ends
   * both at once, nor where a pipe is read.
   */
  boolean canShutdownOutput();

  /**
   * Sends a part of a file, without copying it through the heap where the system can (Python:
   * {@code loop.sendfile}). Begins behind what is buffered; reading is paused meanwhile, and
   * nothing else may be written. The file is read off the loop.
   *
   * @param offset where it begins, not negative
   * @param count how many bytes at most, positive; {@code Long.MAX_VALUE}: to the end of the file
   * @return how many were sent. However it ends, the file's position is behind the last byte that
   *     was sent. A cancel ends it between two bytes, and the transport can go on
   * @throws IllegalArgumentException if a number is wrong
   * @throws IllegalStateException if the transport is closing, its output was shut down, or another
   *     file is being sent
   */
  Task<Long> sendFile(FileChannel file, long offset, long count);

  /** {@link #sendFile(FileChannel, long, long)} of a whole file. */
  default Task<Long> sendFile(FileChannel file) {
    return sendFile(file, 0, Long.MAX_VALUE);
  }

  // ---- write flow control ------------------------------------------------------------------

  /** How many bytes are buffered. */
  long writeBufferSize();

  /** See {@link #setWriteBufferLimits(WriteLimits)}. */
  WriteLimits writeBufferLimits();

  /**
   * Sets when the protocol is told to {@linkplain Protocol#pauseWriting pause}, which may be at
   * once, and to {@linkplain Protocol#resumeWriting go on}. By default that is above 64 KiB and at
   * 16 KiB; with TLS above 512 KiB and at 128 KiB.
   */
  void setWriteBufferLimits(WriteLimits limits);

  /** {@link #setWriteBufferLimits(WriteLimits)} of these two. */
  default void setWriteBufferLimits(long high, long low) {
    setWriteBufferLimits(new WriteLimits(high, low));
  }

  // ---- reading -----------------------------------------------------------------------------

  /** No data comes any more until {@link #resumeReading}. Idempotent; nothing after the end. */
  void pauseReading();

  /** Undoes {@link #pauseReading}. Idempotent; nothing happens after the end. */
  void resumeReading();

  /** Whether data may come. */
  boolean isReading();

  // ---- TLS ---------------------------------------------------------------------------------

  /**
   * Goes over to TLS (Python: {@code loop.start_tls}). What was written before goes out before, in
   * plain text. The protocol stays and hears nothing of it, but what it is told from then on comes
   * from another transport, the one that this gives: this one must not be used any more, except to
   * end it. On a transport that is TLS already, this puts TLS into TLS.
   *
   * @param options a client's or a server's; a client's without a server name takes the one that
   *     was connected to
   * @return the new transport, when the handshake is done; its reading begins then. A failure or a
   *     cancel ends the connection: it is neither the one nor the other then
   * @throws IllegalStateException if the transport is closing, its output was shut down, or a file
   *     is being sent
   * @throws IllegalArgumentException for a client that knows no name to check
   * @throws UnsupportedOperationException for a pipe
   */
  Task<Transport> startTls(TlsOptions options);

  /** What TLS has agreed on; empty without TLS. */
  Optional<TlsInfo> tls();

  // ---- ending ------------------------------------------------------------------------------

  /**
   * Stops reading, sends what is buffered, and then ends the connection; with TLS when the other
   * side has answered {@code close_notify}, or {@link TlsOptions#withShutdownTimeout} is over.
   * Idempotent.
   */
  @Override
  void close();

  /** Ends the connection at once: what is buffered is dropped, the other side sees a reset. */
  void abort();

  /** Whether it ends or has ended. */
  boolean isClosing();

  // ---- about it ----------------------------------------------------------------------------

  /** Whom it tells. */
  Protocol protocol();

  /** Tells another one from now on; that one gets no {@link Protocol#connectionMade}. */
  void setProtocol(Protocol protocol);

  /** Our end. */
  SocketAddress localAddress();

  /** The other end. */
  SocketAddress remoteAddress();

  /** What is known under {@code key}; empty if that says nothing to this transport. */
  <T> Optional<T> info(Key<T> key);
}
