package io.greenloop.net;

import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.nio.channels.Pipe;
import org.jspecify.annotations.Nullable;

/** One end of a pipe: what a reader or a writer that is no half of a stream belongs to. */
final class PipeEnd implements StreamOwner {
  private final LoopCore loop;
  private final Wire wire;
  private final String name;
  private final Ending ending;
  private @Nullable StreamReader reader;
  private @Nullable StreamWriter writer;
  private boolean closing;

  private PipeEnd(LoopCore loop, Wire wire, String name) {
    this.loop = loop;
    this.wire = wire;
    this.name = name;
    ending = new Ending(loop, name);
  }

  /**
   * A reader on {@code source}, which is closed if that fails. Loop.
   *
   * @param name what errors call it
   */
  static StreamReader reader(LoopCore loop, Pipe.SourceChannel source, int limit, String name)
      throws IOException {
    return Adoption.of(
        loop,
        source,
        () -> {
          Wire wire = PipeWire.in(loop, source, name);
          var end = new PipeEnd(loop, wire, name);
          var reader = new StreamReader(loop, wire, end, limit, name);
          end.reader = reader;
          return reader;
        });
  }

  /** {@link #reader} for what goes out. */
  static StreamWriter writer(LoopCore loop, Pipe.SinkChannel sink, String name) throws IOException {
    return Adoption.of(
        loop,
        sink,
        () -> {
          Wire wire = PipeWire.out(loop, sink, name);
          var end = new PipeEnd(loop, wire, name);
          var writer = new StreamWriter(loop, wire, end, name);
          end.writer = writer;
          return writer;
        });
  }

  @Override
  public void close() {
    Sockets.checkRoom(loop, "close", name);
    if (closing) {
      return;
    }
    closing = true;
    if (writer != null) {
      writer.beginClose();
    }
    if (writer == null || writer.bufferSize() == 0) {
      flushed();
    }
  }

  @Override
  public void abort() {
    Sockets.checkRoom(loop, "abort", name);
    if (!ending.isOver()) {
      flushed();
    }
  }

  @Override
  public void awaitClosed() throws IOException {
    ending.await();
  }

  @Override
  public void awaitClosed(Waiter<@Nullable Void> waiter) {
    ending.await(waiter);
  }

  /** Everything is sent, or shall not be. */
  @Override
  public void flushed() {
    wire.close();
    end(Sockets.closed(name), null);
  }

  @Override
  public void endOutput() {
    flushed();
  }

  @Override
  public void lost(IOException reason) {
    if (!ending.isOver()) {
      wire.close();
      end(reason, reason);
    }
  }

  private void end(IOException reason, @Nullable IOException lostBy) {
    closing = true;
    if (reader != null) {
      reader.end(reason);
    }
    if (writer != null) {
      writer.end(reason);
    }
    ending.come(lostBy);
  }
}
