package io.greenloop.net;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskContext;
import io.greenloop.TaskOptions;
import io.greenloop.internal.loop.Entries;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
 *   <tr><td>shaking hands</td><td>with TLS only: the protocol knows nothing of it yet</td></tr>
 *   <tr><td>new</td><td>{@code connectionMade} is queued, nothing is read</td></tr>
 *   <tr><td>open</td><td>reads unless paused; writes</td></tr>
 *   <tr><td>closing</td><td>reads nothing more, sends what is buffered, takes leave</td></tr>
 *   <tr><td>lost</td><td>{@code connectionLost} is queued, or was called; the buffer is empty</td></tr>
 *   <tr><td>replaced</td><td>by {@code startTls}; whoever ends it ends its successor</td></tr>
 * </table>
 */
final class WireTransport implements Transport, Served {
  /** As in asyncio: what a record needs is more than what a system call takes. */
  private static final WriteLimits TLS_LIMITS = WriteLimits.ofHigh(512 * 1024);

  private final EventLoop loop;
  private final LoopCore core;
  private final Footing footing;
  private final Wire wire;
  private final String name;
  private final Outgoing out;
  private final Incoming in;
  private final Unclosed unclosed;
  private final TaskContext context;
  private final Consumer<? super WireTransport> whenOver;

  /** Null without TLS. */
  private final @Nullable TransportHandshake handshake;

  private @Nullable WireTransport successor;
  private Protocol protocol;
  private boolean known; // connectionMade was called, so connectionLost will be
  private boolean open; // connectionMade has returned
  private boolean paused;
  private boolean held; // while a file is being sent, or TLS is being started
  private boolean closing;
  private boolean lost;
  private boolean aborted;
  private @Nullable Throwable reason;

  /**
   * A transport of a new connection. Loop.
   *
   * @param whenOver told once, behind {@code connectionLost}
   */
  WireTransport(
      LoopCore core, Footing footing, Protocol protocol, Consumer<? super WireTransport> whenOver) {
    this(core, footing, protocol, TaskContext.current().copy(), whenOver);
  }

  private WireTransport(
      LoopCore core,
      Footing footing,
      Protocol protocol,
      TaskContext context,
      Consumer<? super WireTransport> whenOver) {
    this.core = core;
    this.loop = (EventLoop) core.face();
    this.footing = footing;
    this.wire = footing.wire();
    this.name = footing.name();
    this.protocol = protocol;
    this.context = context;
    this.whenOver = whenOver;
    TlsWire tls = footing.tls();
    handshake = tls == null ? null : new TransportHandshake(this, tls);
    out = new Outgoing(this, core, wire, isTls() ? TLS_LIMITS : WriteLimits.DEFAULT);
    in = new Incoming(this, core, wire);
    unclosed = Unclosed.watch(this, core, footing.channel(), name);
  }

  // ---- beginning ---------------------------------------------------------------------------

  /**
   * Queues {@code connectionMade}, with TLS behind the handshake.
   *
   * @param told when it has returned: null, or what it threw, or what the handshake failed by;
   *     which is reported if nobody is told
   */
  void begin(@Nullable Consumer<@Nullable Throwable> told) {
    if (handshake == null) {
      queueMade(told);
      return;
    }
    handshake.begin(
        failed -> {
          if (failed == null) {
            queueMade(told);
          } else if (told != null) {
            told.accept(failed);
          } else if (!aborted) {
            Entries.report(loop, failed.getMessage() + "; it is closed", failed);
          }
        });
  }

  private void queueMade(@Nullable Consumer<@Nullable Throwable> told) {
    loop.callSoon(context, () -> made(told));
  }

  private void made(@Nullable Consumer<@Nullable Throwable> told) {
    known = true;
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
    return !closing && !paused && !held && footing.canRead();
  }

  /** Whether what has come may be told now. */
  boolean mayReceive() {
    return open && isReading();
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
    if (isTls()) {
      throw new UnsupportedOperationException(
          "shutdownOutput on " + name + ": TLS ends both directions at once; close it");
    }
    if (footing.isPipe()) {
      close(); // it has no other direction
    } else if (!closing) {
      out.end();
    }
  }

  @Override
  public boolean canShutdownOutput() {
    return !isTls() && footing.canWrite();
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
    try {
      Task<Long> task = loop.spawn(TaskOptions.named("send file on " + name), sending::send);
      task.whenDone(done -> fileSent());
      return task;
    } catch (RuntimeException refused) { // too many tasks
      fileSent();
      throw refused;
    }
  }

  private void fileSent() {
    held = false;
    out.endFile();
    in.listenIfReading();
  }

  // ---- TLS ---------------------------------------------------------------------------------

  @Override
  public Task<Transport> startTls(TlsOptions options) {
    checkRoom("startTls");
    if (closing) {
      throw new IllegalStateException("startTls on " + name + ": it is closing");
    }
    footing.checkMaySecure("startTls", options);
    Footing secured = footing.secured(core, out.takeBuffered("startTls"), options);
    var next = new WireTransport(core, secured, protocol, context, over -> whenOver.accept(this));
    next.known = true;
    next.held = true;
    next.out.goOnFrom(out);
    giveUpTo(next);
    try {
      Task<Transport> task = present(next.handshake).beginInTask();
      task.whenDone(done -> next.started(task));
      return task;
    } catch (RuntimeException refused) { // too many tasks, a closed loop
      next.abort();
      throw refused;
    }
  }

  private void giveUpTo(WireTransport next) {
    in.mute();
    closing = true;
    lost = true;
    successor = next;
    unclosed.closed();
  }

  private void started(Task<Transport> task) {
    if (task.isCancelled() || task.exceptionNow() != null) {
      abort();
      return;
    }
    open = true;
    held = false;
    out.goOn();
    in.listenIfReading();
  }

  @Override
  public Optional<TlsInfo> tls() {
    return Optional.ofNullable(footing.tlsInfo());
  }

  private boolean isTls() {
    return handshake != null;
  }

  // ---- ending ------------------------------------------------------------------------------

  @Override
  public void close() {
    if (successor != null) {
      successor.close();
      return;
    }
    checkRoom("close");
    if (closing) {
      return;
    }
    if (handshake != null && handshake.isAwaited()) {
      abort(); // there is nobody to take leave of yet
      return;
    }
    closing = true;
    in.mute();
    out.close();
    wire.beginClose();
    if (out.size() == 0) {
      flushed();
    }
  }

  @Override
  public void abort() {
    if (successor != null) {
      successor.abort();
      return;
    }
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
    return successor == null ? closing : successor.isClosing();
  }

  /** Everything is sent, after a close. */
  void flushed() {
    if (wire.part(this::parted)) {
      lose(null);
    }
  }

  private void parted(@Nullable IOException problem) {
    TlsWire tls = footing.tls();
    if (problem == null && tls != null && tls.hasEnded()) {
      in.tellEnd();
    }
    lose(problem);
  }

  /** The connection failed: an error of the network, of no interest but to its protocol. */
  void fail(IOException cause) {
    if (loop.isDebug() && !lost) {
      System.getLogger("io.greenloop").log(System.Logger.Level.DEBUG, name + " failed", cause);
    }
    lose(cause);
  }

  /** The wire has thrown: no direction stays silently deaf. What is fatal goes on. */
  void broke(String verb, Throwable thrown) {
    fail(ConnectionErrors.reason(verb, name, thrown));
    Thrown.ifFatal(thrown);
  }

  /** A callback of the protocol has thrown, and that ends the connection. */
  void broken(String callback, Throwable thrown) {
    lose(thrown);
    report(callback, "; the connection ends", thrown);
  }

  /** A callback of the protocol has thrown; what is fatal goes on. */
  void report(String callback, String consequence, Throwable thrown) {
    Entries.report(loop, callback + " of " + protocol + " failed on " + name + consequence, thrown);
  }

  /** It is over, because of {@code cause} if there is one: the protocol will be told. */
  void lose(@Nullable Throwable cause) {
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
    if (handshake != null) {
      handshake.end(whyClosed("TLS handshake"));
    }
    try {
      if (known) {
        protocol.connectionLost(reason);
      }
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
    return footing.local("localAddress");
  }

  @Override
  public SocketAddress remoteAddress() {
    return footing.remote("remoteAddress");
  }

  @Override
  public <T> Optional<T> info(Key<T> key) {
    return footing.info(key);
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

  private void checkMayWrite(String operation) {
    checkRoom(operation);
    if (!footing.canWrite()) {
      throw new IllegalStateException(operation + " on " + name + ": it is the end that is read");
    }
  }

  private void checkRoom(String operation) {
    Sockets.checkRoom(core, operation, name);
    if (successor != null) {
      throw new IllegalStateException(
          operation + " on " + name + ": startTls has replaced it; use the transport that it gave");
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
