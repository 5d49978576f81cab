package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a transport stands on, and what is known of that, also after the end.
 *
 * @param wire on the channel, or with TLS between
 * @param local null for a pipe, as is {@code remote}
 * @param name what errors call it
 */
record Footing(
    SelectableChannel channel,
    Wire wire,
    @Nullable SocketAddress local,
    @Nullable SocketAddress remote,
    String name) {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** On a connected channel, which is closed if that fails. Loop. */
  static Footing of(LoopCore core, SocketChannel channel) throws IOException {
    return Adoption.of(
        core,
        channel,
        () -> {
          var wire = new SocketWire(core, channel);
          return new Footing(channel, wire, wire.local(), wire.remote(), wire.name());
        });
  }

  /** On an end of a pipe, a source or a sink, which is closed if that fails. Loop. */
  static Footing of(LoopCore core, AbstractSelectableChannel end) throws IOException {
    String name = "pipe " + end;
    return Adoption.of(
        core,
        end,
        () -> {
          Wire wire =
              end instanceof Pipe.SourceChannel source
                  ? PipeWire.in(core, source, name)
                  : PipeWire.out(core, (Pipe.SinkChannel) end, name);
          return new Footing(end, wire, null, null, name);
        });
  }

  /**
   * The same with TLS on top, whose handshake is still to be begun.
   *
   * @param unsent what must go out in plain text before
   * @throws IllegalArgumentException for a client that knows no name to check
   */
  Footing secured(LoopCore core, ByteBuffer unsent, TlsOptions options) {
    var tls = new TlsWire(core, wire, NOTHING, unsent.duplicate(), options, name);
    return new Footing(channel, tls, local, remote, name);
  }

  /** Throws unless TLS with {@code options} can be put on top of this. */
  void checkMaySecure(String call, TlsOptions options) {
    if (remote == null) {
      throw new UnsupportedOperationException(
          call + " on " + name + ": TLS needs both directions, and a pipe has one");
    }
    options.checkName(call, name, remote);
  }

  boolean isPipe() {
    return local == null;
  }

  boolean canRead() {
    return !(channel instanceof Pipe.SinkChannel);
  }

  boolean canWrite() {
    return !(channel instanceof Pipe.SourceChannel);
  }

  /** The TLS on top; null if there is none. */
  @Nullable TlsWire tls() {
    return wire instanceof TlsWire tls ? tls : null;
  }

  /** What TLS has agreed on; null without TLS, and before the end of its handshake. */
  @Nullable TlsInfo tlsInfo() {
    TlsWire tls = tls();
    return tls == null ? null : tls.info();
  }

  SocketAddress local(String operation) {
    return addressed(operation, local);
  }

  SocketAddress remote(String operation) {
    return addressed(operation, remote);
  }

  private SocketAddress addressed(String operation, @Nullable SocketAddress address) {
    if (address == null) {
      throw new UnsupportedOperationException(operation + " on " + name + ": a pipe has none");
    }
    return address;
  }

  <T> Optional<T> info(Transport.Key<T> key) {
    Object value = null;
    if (key.equals(Transport.Key.LOCAL_ADDRESS)) {
      value = local;
    } else if (key.equals(Transport.Key.REMOTE_ADDRESS)) {
      value = remote;
    } else if (key.equals(Transport.Key.CHANNEL)) {
      value = isPipe() ? null : channel;
    } else if (key.equals(Transport.Key.PIPE)) {
      value = isPipe() ? channel : null;
    } else if (key.equals(Transport.Key.TLS)) {
      value = tlsInfo();
    } else if (key.equals(Transport.Key.SSL_CONTEXT)) {
      value = sslContext();
    }
    return Optional.ofNullable(value).map(key.type()::cast);
  }

  private @Nullable SSLContext sslContext() {
    TlsWire tls = tls();
    try {
      return tls == null || tls.info() == null ? null : tls.options().actualContext();
    } catch (NoSuchAlgorithmException cannotBe) { // the handshake has had it
      return null;
    }
  }
}
