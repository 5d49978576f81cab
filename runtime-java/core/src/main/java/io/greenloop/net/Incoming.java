package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The incoming direction of a transport: hears on the bare carrier that something may have come,
 * and reads in an entry of the loop.
 */
final class Incoming extends Interest implements Runnable {
  private final WireTransport transport;
  private final LoopCore core;
  private final Wire wire;
  private final Runnable entry;
  private boolean queued;
  private boolean ended;

  Incoming(WireTransport transport, LoopCore core, Wire wire) {
    this.transport = transport;
    this.core = core;
    this.wire = wire;
    entry = transport.reusable(this);
  }

  void listenIfReading() {
    if (transport.mayReceive() && !ended && !queued) {
      listen();
    }
  }

  @Override
  void arm() {
    wire.listen(Direction.IN, this);
  }

  @Override
  void disarm() {
    wire.mute(Direction.IN);
  }

  @Override
  void queue() {
    queued = true;
    core.ready(entry, entry);
  }

  @Override
  void queueFailure(IOException cause) {
    core.ready((Runnable) () -> transport.fail(cause), null);
  }

  @Override
  public void run() {
    queued = false;
    if (!transport.mayReceive() || ended) {
      return;
    }
    // One read for each entry, so that nobody is kept waiting by one who sends much.
    boolean more = transport.protocol() instanceof BufferedProtocol p ? readTo(p) : read();
    if (more && transport.mayReceive()) {
      queue();
    } else {
      listenIfReading();
    }
  }

  private boolean read() {
    ByteBuffer buffer = core.poller().takeReceiveBuffer();
    try {
      int count = receive(buffer);
      if (count > 0) {
        try {
          transport.protocol().dataReceived(buffer.flip());
        } catch (Throwable thrown) {
          transport.broken("dataReceived", thrown);
        }
      }
      return count == buffer.capacity();
    } finally {
      core.poller().giveBack(buffer);
    }
  }

  private boolean readTo(BufferedProtocol target) {
    ByteBuffer buffer;
    try {
      buffer = target.getBuffer(-1);
      if (!buffer.hasRemaining() || buffer.isReadOnly()) {
        throw new IllegalStateException(
            "getBuffer of "
                + target
                + " gave a buffer without room, or one that can only be read, for "
                + transport);
      }
    } catch (Throwable thrown) {
      transport.broken("getBuffer", thrown);
      return false;
    }
    int room = buffer.remaining();
    int count = receive(buffer);
    if (count > 0) {
      try {
        target.bufferUpdated(count);
      } catch (Throwable thrown) {
        transport.broken("bufferUpdated", thrown);
      }
    }
    return count == room;
  }

  /** How many bytes; less than one: nothing, and everything is done that was to be done. */
  private int receive(ByteBuffer target) {
    int count;
    try {
      count = wire.tryRead(target);
    } catch (Throwable thrown) {
      transport.broke("read", thrown);
      return 0;
    }
    if (count < 0) {
      boolean stays = tellEnd();
      if (!stays || !transport.canShutdownOutput()) {
        transport.close();
      }
    }
    return count;
  }

  /**
   * Tells once that the other side has ended its direction.
   *
   * @return whether the protocol wants the connection to stay
   */
  boolean tellEnd() {
    if (!ended) {
      ended = true;
      try {
        return transport.protocol().eofReceived();
      } catch (Throwable thrown) {
        transport.broken("eofReceived", thrown);
      }
    }
    return false;
  }
}
