package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing direction of a {@link Stream}, or the end of a pipe (Python: {@code
 * asyncio.StreamWriter}).
 *
 * <p>A write sends at once what the system takes, buffers the rest, and waits only while more than
 * the high-water mark is buffered, until no more than the low-water mark is. So a writer is never
 * ahead of its peer by more than that, and needs no {@code drain}.
 *
 * <p>What a write was given is sent in one piece and in order, also when the wait for room is
 * cancelled: half a message would spoil all that follow. Several tasks may write.
 *
 * <p><b>Room:</b> loop.
 */
public final class StreamWriter {
  /** More than this in the buffer, and a write waits: 64 KiB. */
  public static final int DEFAULT_HIGH_WATER = 64 * 1024;

  private final LoopCore loop;
  private Wire wire;
  private final StreamOwner owner;
  private final String name;
  private final WriteBuffer buffer = new WriteBuffer();
  private final WaitQueue<@Nullable Void, @Nullable Void> waiters;
  private final Readiness readiness = new Readiness();

  /** Who sends a file, and goes on when the buffer is empty or the socket takes more. */
  private @Nullable WaitQueue<@Nullable Void, @Nullable Void> turns;

  private @Nullable Task<?> fileSender;
  private final WriteMarks marks = new WriteMarks();
  private boolean outputEnds;
  private boolean outputEnded;
  private boolean closes;
  private @Nullable IOException failure;

  StreamWriter(LoopCore loop, Wire wire, StreamOwner owner, String name) {
    this.loop = loop;
    this.wire = wire;
    this.owner = owner;
    this.name = name;
    waiters = new WaitQueue<>(new Awaited("room to send on ", name), (nothing, none) -> {});
  }

  // ---- writing -----------------------------------------------------------------------------

  /**
   * Sends {@code source}; waits if too much is buffered then.
   *
   * @param source is emptied, and the caller's again, when this returns or throws
   * @throws ConnectionResetException if the other side has reset the connection
   * @throws BrokenPipeException if the other side has closed it
   * @throws StreamClosedException if the stream is closed, or is closed while this waits
   * @throws IllegalStateException after {@link #shutdownOutput}, or where no task can wait
   * @throws io.greenloop.CancelledError if the task is cancelled while it waits; everything is sent
   *     all the same
   */
  public void write(ByteBuffer source) throws IOException {
    if (!tryWrite(source)) {
      waiters.park("write", null);
    }
  }

  /** {@link #write(ByteBuffer)} of an array. */
  public void write(byte[] source) throws IOException {
    write(ByteBuffer.wrap(source));
  }

  /**
   * Sends {@code source}, or buffers it, however much there is: for callbacks, which cannot wait.
   *
   * @return whether there is room for more; if not, the {@link #drain drain} that follows waits
   * @throws IOException as {@link #write(ByteBuffer)}
   */
  public boolean tryWrite(ByteBuffer source) throws IOException {
    beginWrite("write");
    return put(source);
  }

  private void beginWrite(String operation) throws IOException {
    begin(operation);
    if (outputEnds) {
      throw new IllegalStateException(
          operation + " on " + name + ": its output was shut down; write before that");
    }
  }

  private boolean put(ByteBuffer source) throws IOException {
    if (buffer.size() == 0) {
      send(source);
    }
    if (source.hasRemaining()) {
      buffer.add(source);
      readiness.listen();
      marks.pausesAt(buffer.size());
    }
    return !marks.isPaused();
  }

  /**
   * Waits until the buffer has sunk to the low-water mark, if it has been above the high-water mark
   * (Python: {@code drain}). After a {@link #write(ByteBuffer)} there is nothing to wait for.
   *
   * @throws IOException as {@link #write(ByteBuffer)}
   */
  public void drain() throws IOException {
    begin("drain");
    if (marks.isPaused()) {
      waiters.park("drain", null);
    }
  }

  /** {@link #drain()} for {@code waiter}. */
  public void drain(Waiter<@Nullable Void> waiter) {
    Sockets.checkRoom(loop, "drain", name);
    waiters.add(waiter, null);
    IOException failed = failed("drain");
    if (failed != null) {
      waiters.failAll(() -> failed);
    } else if (!marks.isPaused()) {
      waiters.serveAll(null);
    }
  }

  /**
   * Ends our direction behind what was written: the other side reads to the end of the stream, and
   * may still send (Python: {@code write_eof}). Never waits. Idempotent.
   */
  public void shutdownOutput() throws IOException {
    begin("shutdownOutput");
    outputEnds = true;
    if (buffer.size() == 0) {
      endOutput();
    }
  }

  /**
   * Closes what it belongs to, behind what was written: the stream, with both directions, or the
   * pipe. Never waits. Idempotent.
   */
  public void close() {
    owner.close();
  }

  /** Closes it at once; what was not sent is dropped. A connection is reset. Idempotent. */
  public void abort() {
    owner.abort();
  }

  /**
   * Waits until it is closed and everything is sent (Python: {@code wait_closed}).
   *
   * @throws IOException what it was lost by, if that was not {@link #close}
   */
  public void awaitClosed() throws IOException {
    owner.awaitClosed();
  }

  /** {@link #awaitClosed()} for {@code waiter}, which is served however it ended. */
  public void awaitClosed(Waiter<@Nullable Void> waiter) {
    owner.awaitClosed(waiter);
  }

  /**
   * Sends a part of a file behind what was written, without a copy where that can be done: on a
   * socket, but not through TLS (Python: {@code loop.sendfile}). The file is read on worker
   * threads. Nothing else may be written meanwhile.
   *
   * @param offset where the part begins, not negative
   * @param count how many bytes at most, positive; {@code Long.MAX_VALUE}: to the end of the file
   * @return how many were sent; the file's position is behind them, however this ends
   * @throws IllegalArgumentException if a number is wrong
   * @throws IllegalStateException after {@link #shutdownOutput}, or if another task sends a file
   * @throws IOException as {@link #write(ByteBuffer)}, and what reading the file throws
   * @throws io.greenloop.CancelledError if the task is cancelled; what was sent is sent, and the
   *     stream can go on
   */
  public long sendFile(FileChannel file, long offset, long count) throws IOException {
    var sending = new FileTransfer(file, offset, count);
    beginWrite("sendFile");
    WaitQueue.checkMayPark("sendFile");
    fileSender = Aio.currentTask().orElse(null);
    try {
      while (buffer.size() > 0) {
        awaitTurn(null);
      }
      return sending.send(wire.fileTarget(), this::writeChunk, this::awaitTurn);
    } catch (IOException e) {
      throw failedSending(e);
    } finally {
      fileSender = null;
    }
  }

  private void awaitTurn(@Nullable Void nothing) throws IOException {
    check("sendFile");
    readiness.listen();
    if (turns == null) {
      turns =
          new WaitQueue<>(new Awaited("its turn to send a file on ", name), (served, none) -> {});
    }
    turns.park("sendFile", null);
  }

  private void giveTurn() {
    if (turns != null) {
      turns.serveAll(null);
    }
  }

  private void writeChunk(ByteBuffer chunk) throws IOException {
    check("sendFile");
    if (!put(chunk)) {
      waiters.park("sendFile", null);
    }
  }

  /** What a worker has met: our own end, the other side's, or the file's trouble. */
  private IOException failedSending(IOException met) {
    IOException failed = failed("sendFile");
    if (failed != null) {
      return failed;
    }
    IOException kind = ConnectionErrors.classified("sendFile", name, met);
    if (kind != met) {
      owner.lost(kind);
    }
    return kind;
  }

  // ---- limits ------------------------------------------------------------------------------

  /** How many bytes are buffered. */
  public long bufferSize() {
    return buffer.size();
  }

  /** The marks between which a writer is held up; {@link WriteLimits#DEFAULT} at first. */
  public WriteLimits bufferLimits() {
    return marks.limits();
  }

  /** Sets the marks between which a writer is held up. */
  public void setBufferLimits(WriteLimits limits) {
    Sockets.checkRoom(loop, "setBufferLimits", name);
    marks.setLimits(limits);
    marks.pausesAt(buffer.size());
    resumeIfLow();
  }

  /** {@link #setBufferLimits(WriteLimits)} of these two. */
  public void setBufferLimits(long high, long low) {
    setBufferLimits(new WriteLimits(high, low));
  }

  // ---- sending -----------------------------------------------------------------------------

  private void begin(String operation) throws IOException {
    Sockets.checkRoom(loop, operation, name);
    check(operation);
    if (fileSender != null) {
      throw new IllegalStateException(
          operation
              + " on "
              + name
              + ": task '"
              + fileSender.name()
              + "' is sending a file; wait for the end of that");
    }
  }

  private void check(String operation) throws IOException {
    IOException failed = failed(operation);
    if (failed != null) {
      throw failed;
    }
  }

  private @Nullable IOException failed(String operation) {
    if (closes && (failure == null || failure instanceof StreamClosedException)) {
      return new StreamClosedException(operation + " on " + name + ": the stream is closed");
    }
    return failure;
  }

  private void send(ByteBuffer source) throws IOException {
    try {
      wire.tryWrite(source);
    } catch (Throwable thrown) {
      IOException reason = ConnectionErrors.reason("write", name, thrown);
      owner.lost(reason);
      Thrown.ifFatal(thrown);
      throw reason;
    }
  }

  /** The wire may take more. */
  private void flush() {
    if (failure != null) {
      return;
    }
    if (buffer.size() == 0) {
      giveTurn();
      return;
    }
    try {
      buffer.sendTo(wire);
      resumeIfLow();
      if (buffer.size() > 0) {
        readiness.listen();
        return;
      }
      giveTurn();
      if (outputEnds) {
        endOutput();
      }
    } catch (Throwable thrown) {
      owner.lost(ConnectionErrors.reason("write", name, thrown));
      Thrown.ifFatal(thrown);
      return;
    }
    if (closes) {
      owner.flushed();
    }
  }

  private void resumeIfLow() {
    if (marks.resumesAt(buffer.size())) {
      waiters.serveAll(null);
    }
  }

  private void endOutput() throws IOException {
    if (!outputEnded) {
      outputEnded = true;
      owner.endOutput();
    }
  }

  // ---- for the stream ----------------------------------------------------------------------

  /** Takes what is buffered: it goes out ahead of a protocol that is put in between. */
  ByteBuffer takeBuffered(String operation) {
    if (outputEnds) {
      throw new IllegalStateException(
          operation + " on " + name + ": its output was shut down; call it before that");
    }
    Task<?> sender = fileSender;
    if (sender != null) {
      throw new IllegalStateException(
          operation + " on " + name + ": task '" + sender.name() + "' sends a file; wait for it");
    }
    ByteBuffer taken = buffer.takeAll();
    readiness.mute();
    resumeIfLow();
    return taken;
  }

  /** From now on it writes to {@code other}; nothing is buffered. */
  void moveTo(Wire other) {
    wire = other;
  }

  /** Nothing is written any more; what is buffered is still sent. */
  void beginClose() {
    closes = true;
  }

  /** It is over: drops what is buffered, fails who waits. */
  void end(IOException reason) {
    closes = true;
    if (failure == null) {
      failure = reason;
    }
    buffer.clear();
    readiness.mute();
    waiters.failAll(() -> reason);
    if (turns != null) {
      turns.failAll(() -> reason);
    }
  }

  /** Hears on the bare carrier that the wire may take more; sends in an entry of the loop. */
  private final class Readiness extends Interest implements Runnable {
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
      loop.ready(this, null);
    }

    @Override
    void queueFailure(IOException cause) {
      loop.ready((Runnable) () -> owner.lost(cause), null);
    }

    @Override
    public void run() {
      flush();
    }
  }

  @Override
  public String toString() {
    return "writer of " + name;
  }
}
