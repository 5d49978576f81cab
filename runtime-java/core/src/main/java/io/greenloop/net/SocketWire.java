package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Poller;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A wire on a connected socket of our own, TCP or Unix. */
final class SocketWire implements Wire {
  private final SocketChannel channel;
  private final Poller poller;
  private final Watch watch;
  private final SocketAddress local;
  private final SocketAddress remote;
  private final String name;
  private final boolean filesGoPast;

  /**
   * Whether the last read took all there was: then the next one waits first, and spares a call that
   * would find nothing.
   */
  private boolean drained;

  /** On a connected channel; closing that is up to the caller if this fails. */
  SocketWire(LoopCore loop, SocketChannel channel) throws IOException {
    this.channel = channel;
    local = channel.getLocalAddress();
    remote = channel.getRemoteAddress();
    boolean tcp = remote instanceof InetSocketAddress;
    if (tcp) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    name = (tcp ? "tcp " : "unix ") + local + " -> " + remote;
    channel.configureBlocking(false);
    poller = loop.poller();
    watch = poller.own(channel);
    filesGoPast = !loop.network().isSimulated();
  }

  @Override
  public int tryRead(ByteBuffer target) throws IOException {
    if (drained) {
      return 0;
    }
    int room = target.remaining();
    int read;
    try {
      read = poller.read(channel, target);
    } catch (IOException e) {
      throw ConnectionErrors.classified("read", name, e);
    }
    drained = read >= 0 && read < room;
    return read;
  }

  @Override
  public void tryWrite(ByteBuffer source) throws IOException {
    try {
      poller.write(channel, source);
    } catch (IOException e) {
      throw ConnectionErrors.classified("write", name, e);
    }
  }

  @Override
  public void tryWrite(ByteBuffer[] sources) throws IOException {
    try {
      channel.write(sources);
    } catch (IOException e) {
      throw ConnectionErrors.classified("write", name, e);
    }
  }

  @Override
  public @Nullable WritableByteChannel fileTarget() {
    return filesGoPast ? channel : null;
  }

  @Override
  public void listen(Direction direction, ReadyListener listener) {
    if (direction == Direction.IN) {
      drained = false; // who listens asks again when told
    }
    watch.listen(direction, listener);
  }

  @Override
  public void mute(Direction direction) {
    watch.mute(direction);
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    Sockets.closeQuietly(channel);
    watch.release();
  }

  @Override
  public void abort() {
    try {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0); // a reset in place of a good end
    } catch (IOException | UnsupportedOperationException e) {
      // Gone already, or a kind of socket without resets.
    }
    close();
  }

  SocketAddress local() {
    return local;
  }

  SocketAddress remote() {
    return remote;
  }

  /** What errors call it. */
  String name() {
    return name;
  }
}
