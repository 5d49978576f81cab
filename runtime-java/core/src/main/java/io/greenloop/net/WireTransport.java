package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskContext;
import io.greenloop.TaskOptions;
import io.greenloop.internal.loop.Entries;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A transport on a wire.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>new</td><td>{@code connectionMade} is queued, nothing is read</td></tr>
 *   <tr><td>open</td><td>reads unless paused; writes</td></tr>
 *   <tr><td>closing</td><td>reads nothing more, sends what is buffered</td></tr>
 *   <tr><td>lost</td><td>{@code connectionLost} is queued, or was called; the buffer is empty</td></tr>
 * </table>
 */
final class WireTransport implements Transport, Served {
  private static final System.Logger LOG = System.getLogger("io.greenloop");

  private final EventLoop loop;
  private final LoopCore core;
  private final SelectableChannel channel;
  private final @Nullable SocketAddress local; // null for a pipe
  private final @Nullable SocketAddress remote;
  private final String name;
  private final Wire wire;
  private final Outgoing out;
  private final Incoming in;
  private final Unclosed unclosed;
  private final TaskContext context = TaskContext.current().copy();
  private final Consumer<? super WireTransport> whenOver;
  private Protocol protocol;
  private boolean open; // connectionMade has returned
  private boolean paused;
  private boolean held; // while a file is being sent
  private boolean closing;
  private boolean lost;
  private boolean aborted;
  private @Nullable Throwable reason;

  /**
   * A transport on a connected channel, which is closed if that fails. Loop.
   *
   * @param whenOver told once, behind {@code connectionLost}
   */
  static WireTransport adopt(
      LoopCore core,
      SocketChannel channel,
      Protocol protocol,
      Consumer<? super WireTransport> whenOver)
      throws IOException {
    return Adoption.of(
        core,
        channel,
        () -> {
          var wire = new SocketWire(core, channel);
          return new WireTransport(
              core, channel, wire, wire.local(), wire.remote(), wire.name(), protocol, whenOver);
        });
  }

  /**
   * A transport on an end of a pipe, which is closed if that fails. Loop.
   *
   * @param end a source or a sink of a pipe
   */
  static WireTransport adopt(LoopCore core, AbstractSelectableChannel end, Protocol protocol)
      throws IOException {
    String name = "pipe " + end;
    return Adoption.of(
        core,
        end,
        () -> {
          Wire wire =
              end instanceof Pipe.SourceChannel source
                  ? PipeWire.in(core, source, name)
                  : PipeWire.out(core, (Pipe.SinkChannel) end, name);
          return new WireTransport(core, end, wire, null, null, name, protocol, over -> {});
        });
  }

  private WireTransport(
      LoopCore core,
      SelectableChannel channel,
      Wire wire,
      @Nullable SocketAddress local,
      @Nullable SocketAddress remote,
      String name,
      Protocol protocol,
      Consumer<? super WireTransport> whenOver) {
    this.core = core;
    this.loop = (EventLoop) core.face();
    this.channel = channel;
    this.wire = wire;
    this.local = local;
    this.remote = remote;
    this.name = name;
    this.protocol = protocol;
    this.whenOver = whenOver;
    out = new Outgoing(this, core, wire);
    in = new Incoming();
    unclosed = Unclosed.watch(this, core, channel, name);
  }

  /**
   * Queues {@code connectionMade}.
   *
   * @param told when it has returned: null, or what it threw, which is reported if nobody is told
   */
  void begin(@Nullable Consumer<@Nullable Throwable> told) {
    loop.callSoon(context, () -> made(told));
  }

  private void made(@Nullable Consumer<@Nullable Throwable> told) {
    try {
      protocol.connectionMade(this);
    } catch (Throwable thrown) {
      if (told == null || Entries.isFatal(thrown)) {
        broken("connectionMade", thrown);
      } else {
        lose(thrown);
        told.accept(thrown);
      }
      return;
    }
    open = true;
    in.listenIfReading();
    if (told != null) {
      told.accept(null);
    }
  }

  // ---- reading -----------------------------------------------------------------------------

  /** Hears on the bare carrier that something may have come; reads in an entry of the loop. */
  private final class Incoming extends Interest implements Runnable {
    private final Runnable entry = reusable(this);
    private boolean queued;
    private boolean ended;

    void listenIfReading() {
      if (open && isReading() && !ended && !queued) {
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
      core.ready((Runnable) () -> fail(cause), null);
    }

    @Override
    public void run() {
      queued = false;
      if (!isReading() || ended) {
        return;
      }
      // One read for each entry, so that nobody is kept waiting by one who sends much.
      boolean more = protocol instanceof BufferedProtocol p ? readTo(p) : read();
      if (more && isReading()) {
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
            protocol.dataReceived(buffer.flip());
          } catch (Throwable thrown) {
            broken("dataReceived", thrown);
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
                  + name);
        }
      } catch (Throwable thrown) {
        broken("getBuffer", thrown);
        return false;
      }
      int room = buffer.remaining();
      int count = receive(buffer);
      if (count > 0) {
        try {
          target.bufferUpdated(count);
        } catch (Throwable thrown) {
          broken("bufferUpdated", thrown);
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
        broke("read", thrown);
        return 0;
      }
      if (count < 0) {
        end();
      }
      return count;
    }

    private void end() {
      ended = true;
      boolean stays;
      try {
        stays = protocol.eofReceived();
      } catch (Throwable thrown) {
        broken("eofReceived", thrown);
        return;
      }
      if (!stays || isPipe()) {
        close();
      }
    }
  }

  @Override
  public void pauseReading() {
    checkRoom("pauseReading");
    if (!closing) {
      paused = true;
      in.mute();
    }
  }

  @Override
  public void resumeReading() {
    checkRoom("resumeReading");
    paused = false;
    in.listenIfReading();
  }

  @Override
  public boolean isReading() {
    return !closing && !paused && !held && !(channel instanceof Pipe.SinkChannel);
  }

  // ---- writing -----------------------------------------------------------------------------

  @Override
  public void write(ByteBuffer data) {
    checkMayWrite("write");
    out.write(data);
  }

  @Override
  public void writeAll(List<ByteBuffer> data) {
    checkMayWrite("writeAll");
    out.writeAll(data);
  }

  @Override
  public void shutdownOutput() {
    checkRoom("shutdownOutput");
    if (isPipe()) {
      close(); // it has no other direction
    } else if (!closing) {
      out.end();
    }
  }

  @Override
  public long writeBufferSize() {
    return out.size();
  }

  @Override
  public WriteLimits writeBufferLimits() {
    return out.limits();
  }

  @Override
  public void setWriteBufferLimits(WriteLimits limits) {
    checkRoom("setWriteBufferLimits");
    out.setLimits(limits);
  }

  @Override
  public Task<Long> sendFile(FileChannel file, long offset, long count) {
    checkMayWrite("sendFile");
    var transfer = new FileTransfer(Objects.requireNonNull(file, "file"), offset, count);
    if (closing) {
      throw new IllegalStateException("sendFile on " + name + ": it is closing");
    }
    var sending = new FileSending(this, wire, transfer);
    out.beginFile(sending);
    held = true;
    in.mute();
    Task<Long> task = loop.spawn(TaskOptions.named("send file on " + name), sending::send);
    task.whenDone(
        done -> {
          held = false;
          out.endFile();
          in.listenIfReading();
        });
    return task;
  }

  // ---- ending ------------------------------------------------------------------------------

  @Override
  public void close() {
    checkRoom("close");
    if (closing) {
      return;
    }
    closing = true;
    in.mute();
    out.close();
    if (out.size() == 0) {
      flushed();
    }
  }

  @Override
  public void abort() {
    checkRoom("abort");
    if (!lost) {
      aborted = true;
      lose(null);
    }
  }

  @Override
  public void stop() {
    close();
  }

  @Override
  public boolean isClosing() {
    return closing;
  }

  /** Everything is sent, after a close. */
  void flushed() {
    lose(null);
  }

  /** The connection failed: an error of the network, of no interest but to its protocol. */
  void fail(IOException cause) {
    if (loop.isDebug() && !lost) {
      LOG.log(System.Logger.Level.DEBUG, name + " failed", cause);
    }
    lose(cause);
  }

  /** The wire has thrown: no direction stays silently deaf. What is fatal goes on. */
  void broke(String verb, Throwable thrown) {
    fail(ConnectionErrors.reason(verb, name, thrown));
    Thrown.ifFatal(thrown);
  }

  private void broken(String callback, Throwable thrown) {
    lose(thrown);
    report(callback, "; the connection ends", thrown);
  }

  /** A callback of the protocol has thrown; what is fatal goes on. */
  void report(String callback, String consequence, Throwable thrown) {
    Entries.report(loop, callback + " of " + protocol + " failed on " + name + consequence, thrown);
  }

  private void lose(@Nullable Throwable cause) {
    if (lost) {
      return;
    }
    lost = true;
    closing = true;
    reason = cause;
    in.mute();
    out.drop();
    loop.callSoon(context, this::tellLost);
  }

  private void tellLost() {
    try {
      protocol.connectionLost(reason);
    } catch (Throwable thrown) {
      report("connectionLost", "", thrown);
    } finally {
      unclosed.closed();
      if (aborted) {
        wire.abort();
      } else {
        wire.close();
      }
      whenOver.accept(this);
    }
  }

  // ---- about it ----------------------------------------------------------------------------

  @Override
  public Protocol protocol() {
    return protocol;
  }

  @Override
  public void setProtocol(Protocol protocol) {
    checkRoom("setProtocol");
    this.protocol = Objects.requireNonNull(protocol, "protocol");
  }

  @Override
  public SocketAddress localAddress() {
    return addressed("localAddress", local);
  }

  @Override
  public SocketAddress remoteAddress() {
    return addressed("remoteAddress", remote);
  }

  private SocketAddress addressed(String operation, @Nullable SocketAddress address) {
    if (address == null) {
      throw new UnsupportedOperationException(operation + " on " + name + ": a pipe has none");
    }
    return address;
  }

  @Override
  public <T> Optional<T> info(Key<T> key) {
    Object value = null;
    if (key.equals(Key.LOCAL_ADDRESS)) {
      value = local;
    } else if (key.equals(Key.REMOTE_ADDRESS)) {
      value = remote;
    } else if (key.equals(Key.CHANNEL)) {
      value = isPipe() ? null : channel;
    } else if (key.equals(Key.PIPE)) {
      value = isPipe() ? channel : null;
    }
    return Optional.ofNullable(value).map(key.type()::cast);
  }

  // ---- for this package --------------------------------------------------------------------

  EventLoop loop() {
    return loop;
  }

  /** Whether {@code connectionLost} is queued, or was called. */
  boolean isLost() {
    return lost;
  }

  /** What it was lost by, or that it was closed, for who still wants something of it. */
  IOException whyClosed(String operation) {
    return reason instanceof IOException e
        ? e
        : new StreamClosedException(operation + " on " + name + ": the transport is closed");
  }

  /** An entry that runs {@code body} in the context of this transport. */
  Runnable reusable(Runnable body) {
    return Entries.reusable(loop, context, body);
  }

  private boolean isPipe() {
    return local == null;
  }

  private void checkMayWrite(String operation) {
    checkRoom(operation);
    if (channel instanceof Pipe.SourceChannel) {
      throw new IllegalStateException(operation + " on " + name + ": it is the end that is read");
    }
  }

  private void checkRoom(String operation) {
    Sockets.checkRoom(core, operation, name);
  }

  @Override
  public String toString() {
    return name;
  }
}
