package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A wire on a connected socket of our own, TCP or Unix. */
final class SocketWire implements Wire {
  private final SocketChannel channel;
  private final Watch watch;
  private final Object facade;
  private final boolean filesGoPast;

  /**
   * Whether the last read took all there was: then the next one waits first, and spares a call that
   * would find nothing.
   */
  private boolean drained;

  /**
   * @param facade what errors call it
   */
  SocketWire(LoopCore loop, SocketChannel channel, Object facade) throws IOException {
    this.channel = channel;
    this.facade = facade;
    channel.configureBlocking(false);
    watch = loop.poller().own(channel);
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
      read = channel.read(target);
    } catch (IOException e) {
      throw ConnectionErrors.classified("read", facade, e);
    }
    drained = read >= 0 && read < room;
    return read;
  }

  @Override
  public void tryWrite(ByteBuffer source) throws IOException {
    try {
      channel.write(source);
    } catch (IOException e) {
      throw ConnectionErrors.classified("write", facade, e);
    }
  }

  @Override
  public void tryWrite(ByteBuffer[] sources) throws IOException {
    try {
      channel.write(sources);
    } catch (IOException e) {
      throw ConnectionErrors.classified("write", facade, e);
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

  SocketChannel channel() {
    return channel;
  }
}
