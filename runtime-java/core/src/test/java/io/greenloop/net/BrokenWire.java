package io.greenloop.net;

import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A wire with a fault: it throws what no wire should. */
final class BrokenWire implements Wire {
  boolean full;
  private @Nullable ReadyListener writer;

  @Override
  public int tryRead(ByteBuffer target) {
    throw new IllegalStateException("broken");
  }

  @Override
  public void tryWrite(ByteBuffer source) {
    if (!full) {
      throw new IllegalStateException("broken");
    }
  }

  /** There is room. */
  void tell() {
    if (writer != null) {
      writer.ready();
    }
  }

  @Override
  public void listen(Direction direction, ReadyListener listener) {
    if (direction == Direction.OUT) {
      writer = listener;
    }
  }

  @Override
  public void mute(Direction direction) {}

  @Override
  public void shutdownOutput() {}

  @Override
  public void close() {}

  @Override
  public void abort() {}
}
