package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outgoing direction of a transport: its buffer, and the two marks. Loop room. */
final class Outgoing extends Interest implements Runnable {
  /** From the so many-th write on that goes nowhere, each is logged. */
  private static final int TOLERATED_WRITES = 5;

  private final WireTransport transport;
  private final LoopCore core;
  private final Wire wire;
  private final Runnable entry;
  private final WriteBuffer buffer = new WriteBuffer();
  private final WriteMarks marks = new WriteMarks(); // at which the protocol is told
  private boolean ends;
  private boolean closes;
  private int lostWrites;
  private @Nullable FileSending file;

  Outgoing(WireTransport transport, LoopCore core, Wire wire, WriteLimits limits) {
    this.transport = transport;
    this.core = core;
    this.wire = wire;
    marks.setLimits(limits);
    entry = transport.reusable(this);
  }

  // ---- writing -----------------------------------------------------------------------------

  void write(ByteBuffer data) {
    check("write");
    if (!data.hasRemaining() || isDropped(data)) {
      return;
    }
    if (buffer.size() == 0) {
      try {
        wire.tryWrite(data);
      } catch (Throwable thrown) {
        data.position(data.limit());
        transport.broke("write", thrown);
        return;
      }
    }
    buffer(data);
    pauseIfHigh();
  }

  void writeAll(List<ByteBuffer> data) {
    check("writeAll");
    if (data.isEmpty() || isDropped(data.toArray(ByteBuffer[]::new))) {
      return;
    }
    if (buffer.size() == 0) {
      try {
        wire.tryWrite(data.toArray(ByteBuffer[]::new));
      } catch (Throwable thrown) {
        data.forEach(each -> each.position(each.limit()));
        transport.broke("write", thrown);
        return;
      }
    }
    data.forEach(this::buffer);
    pauseIfHigh();
  }

  private void check(String operation) {
    if (file != null) {
      throw new IllegalStateException(
          operation + " on " + transport + ": a file is being sent; wait for its end");
    }
    if (ends) {
      throw new IllegalStateException(
          operation + " on " + transport + ": its output was shut down; write before that");
    }
  }

  private boolean isDropped(ByteBuffer... data) {
    if (!closes) {
      return false;
    }
    for (ByteBuffer each : data) {
      each.position(each.limit());
    }
    if (++lostWrites >= TOLERATED_WRITES) {
      System.getLogger("io.greenloop")
          .log(
              System.Logger.Level.WARNING,
              "{0}: {1} writes after the end were dropped; stop writing at connectionLost",
              transport,
              lostWrites);
    }
    return true;
  }

  private void buffer(ByteBuffer data) {
    if (data.hasRemaining()) {
      buffer.add(data);
      listen();
    }
  }

  /** The wire may take more. */
  private void flush() {
    if (buffer.size() == 0) {
      return;
    }
    try {
      buffer.sendTo(wire);
    } catch (Throwable thrown) {
      transport.broke("write", thrown);
      return;
    }
    resumeIfLow(); // which may write more
    if (transport.isLost()) {
      return;
    }
    if (buffer.size() > 0) {
      listen();
      return;
    }
    if (file != null) {
      file.wake();
    }
    if (closes) {
      transport.flushed();
    } else if (ends) {
      endNow();
    }
  }

  // ---- flow control ------------------------------------------------------------------------

  long size() {
    return buffer.size();
  }

  WriteLimits limits() {
    return marks.limits();
  }

  void setLimits(WriteLimits limits) {
    marks.setLimits(limits);
    pauseIfHigh();
  }

  private void pauseIfHigh() {
    if (marks.pausesAt(buffer.size())) {
      try {
        transport.protocol().pauseWriting();
      } catch (Throwable thrown) {
        transport.report("pauseWriting", "", thrown);
      }
    }
  }

  private void resumeIfLow() {
    if (marks.resumesAt(buffer.size())) {
      try {
        transport.protocol().resumeWriting();
      } catch (Throwable thrown) {
        transport.report("resumeWriting", "", thrown);
      }
    }
  }

  // ---- files -------------------------------------------------------------------------------

  void beginFile(FileSending sending) {
    check("sendFile");
    file = sending;
  }

  void endFile() {
    file = null;
    if (ends && buffer.size() == 0 && !closes) {
      endNow();
    }
  }

  // ---- startTls ----------------------------------------------------------------------------

  /** What is buffered, for somebody else to send; nothing is left to be done here. */
  ByteBuffer takeBuffered(String operation) {
    check(operation);
    ByteBuffer taken = buffer.takeAll();
    close();
    mute();
    return taken;
  }

  /** The protocol has been told by {@code before} what it was told last. */
  void goOnFrom(Outgoing before) {
    marks.goOnFrom(before.marks);
  }

  /** Nothing is buffered, and writing may begin. */
  void goOn() {
    resumeIfLow();
  }

  // ---- ending ------------------------------------------------------------------------------

  /** Ends our direction behind what is buffered, and behind a file. */
  void end() {
    if (!ends) {
      ends = true;
      if (buffer.size() == 0 && file == null) {
        endNow();
      }
    }
  }

  private void endNow() {
    try {
      wire.shutdownOutput();
    } catch (IOException e) {
      transport.fail(ConnectionErrors.classified("shutdownOutput", transport, e));
    }
  }

  /** Nothing more is written; what is buffered is still sent. */
  void close() {
    closes = true;
    if (file != null) {
      file.wake();
    }
  }

  /** It is over. */
  void drop() {
    close();
    buffer.clear();
    mute();
  }

  // ---- readiness ---------------------------------------------------------------------------

  @Override
  void arm() {
    wire.listen(Direction.OUT, this);
  }

  @Override
  void disarm() {
    wire.mute(Direction.OUT);
  }

  @Override
  void queue() {
    core.ready(entry, entry);
  }

  @Override
  void queueFailure(IOException cause) {
    core.ready((Runnable) () -> transport.fail(cause), null);
  }

  @Override
  public void run() {
    flush();
  }
}
