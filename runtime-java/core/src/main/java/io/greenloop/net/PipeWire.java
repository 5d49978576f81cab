package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** A wire that goes one way: an end of a pipe. Closes itself at the end of what comes in. */
final class PipeWire implements Wire {
  private final SelectableChannel channel;
  private final @Nullable ReadableByteChannel in;
  private final @Nullable WritableByteChannel out;
  private final Watch watch;
  private final String facade;

  private PipeWire(
      LoopCore loop,
      SelectableChannel channel,
      @Nullable ReadableByteChannel in,
      @Nullable WritableByteChannel out,
      String facade)
      throws IOException {
    this.channel = channel;
    this.in = in;
    this.out = out;
    this.facade = facade;
    channel.configureBlocking(false);
    watch = loop.poller().own(channel);
  }

  static PipeWire in(LoopCore loop, Pipe.SourceChannel source, String facade) throws IOException {
    return new PipeWire(loop, source, source, null, facade);
  }

  static PipeWire out(LoopCore loop, Pipe.SinkChannel sink, String facade) throws IOException {
    return new PipeWire(loop, sink, null, sink, facade);
  }

  @Override
  public int tryRead(ByteBuffer target) throws IOException {
    if (in == null) {
      throw new UnsupportedOperationException("read on " + facade + ": it is only written to");
    }
    int read;
    try {
      read = in.read(target);
    } catch (IOException e) {
      throw ConnectionErrors.classified("read", facade, e);
    }
    if (read < 0) {
      close();
    }
    return read;
  }

  @Override
  public void tryWrite(ByteBuffer source) throws IOException {
    if (out == null) {
      throw new UnsupportedOperationException("write on " + facade + ": it is only read from");
    }
    try {
      out.write(source);
    } catch (IOException e) {
      throw ConnectionErrors.classified("write", facade, e);
    }
  }

  @Override
  public void listen(Direction direction, ReadyListener listener) {
    watch.listen(direction, listener);
  }

  @Override
  public void mute(Direction direction) {
    watch.mute(direction);
  }

  @Override
  public void shutdownOutput() {
    close();
  }

  @Override
  public void close() {
    Sockets.closeQuietly(channel);
    watch.release();
  }

  @Override
  public void abort() {
    close();
  }
}
