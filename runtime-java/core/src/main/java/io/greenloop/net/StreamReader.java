package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The incoming direction of a {@link Stream}, or the end of a pipe, with a buffer (Python: {@code
 * asyncio.StreamReader}).
 *
 * <p>It receives only what a read asks for: a peer that sends more than is read is held up by its
 * own system. So the buffer holds little more than the limit, whatever comes.
 *
 * <p><b>Nothing is lost.</b> A read that is cancelled has consumed nothing, whenever the cancel
 * comes, also if it had failed by then; the next one gets the same bytes. One reader at a time: a
 * second one is refused, with both names.
 *
 * <p>Each read has two forms. The plain one parks the calling task; it does not, nor does it notice
 * a pending cancel, when enough is there, unless so much has come in this turn of the loop that
 * others are to run. The one that takes a {@link Waiter} serves it when enough has come, in the
 * call if it is there: for callbacks, and for suspend code.
 *
 * <p><b>Room:</b> loop.
 */
public final class StreamReader {
  /** What a reader buffers while it looks for a separator, unless told otherwise: 64 KiB. */
  public static final int DEFAULT_LIMIT = 64 * 1024;

  /** The most that is received at once, unless so much has come without being enough. */
  private static final int FIRST_SIZE = 4096;

  /** So often it receives in one turn of the loop, however much comes: then others run. */
  private static final int MOST_IN_A_TURN = 64;

  /** What a task that waits is handed: it shall look for itself. */
  private static final Object LOOK = new Object();

  private final LoopCore loop;
  private Wire wire;
  private final StreamOwner owner;
  private final int limit;
  private final String name;
  private final ReadBuffer buffer = new ReadBuffer();
  private final WaitQueue<Object, @Nullable Reading<Object>> readers;
  private final Readiness readiness = new Readiness();
  private boolean ended;
  private @Nullable IOException failure;
  private long turn; // in which it has received last
  private int received; // how often in that turn

  /** The task that has been told to look, and has not run yet. */
  private @Nullable Task<?> woken;

  StreamReader(LoopCore loop, Wire wire, StreamOwner owner, int limit, String name) {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit " + limit + ": must be positive");
    }
    this.loop = loop;
    this.wire = wire;
    this.owner = owner;
    this.limit = limit;
    this.name = name;
    readers =
        new WaitQueue<>(
            new Awaited("data of ", name), this::giveBack, (failure, reading) -> unheard(reading));
  }

  private static void unheard(@Nullable Reading<Object> reading) {
    if (reading != null) {
      reading.giveBackFailed();
    }
  }

  private void giveBack(Object taken, @Nullable Reading<Object> reading) {
    if (reading == null) { // it was told to look, and has not
      woken = null;
    } else {
      reading.giveBack(taken);
    }
  }

  // ---- some bytes --------------------------------------------------------------------------

  /**
   * Takes what has arrived, at least one byte and at most {@code max}.
   *
   * @param max zero: empty at once
   * @return empty at the end of the stream
   * @throws ConnectionResetException if the other side has reset the connection
   * @throws StreamClosedException if the stream is closed, or is closed while this waits
   * @throws IllegalStateException if another one reads, or the caller is no task of this loop
   */
  public byte[] read(int max) throws IOException {
    return perform("read", Readings.some(this, buffer, max));
  }

  /** {@link #read(int)} for {@code waiter}. */
  public void read(int max, Waiter<byte[]> waiter) {
    perform("read", Readings.some(this, buffer, max), waiter);
  }

  /**
   * Takes what has arrived into {@code target}, without a copy between if nothing is buffered.
   *
   * @return how many bytes, -1 at the end of the stream, 0 only if {@code target} has no room
   * @throws IllegalArgumentException if {@code target} can only be read
   * @throws IOException as {@link #read(int)}
   */
  public int read(ByteBuffer target) throws IOException {
    Readings.checkTarget(target);
    begin("read");
    for (; ; ) {
      if (!target.hasRemaining()) {
        return 0;
      }
      int taken = buffer.size() > 0 ? buffer.take(target) : receive(target);
      if (taken != 0) {
        return taken;
      }
      await("read");
    }
  }

  /** {@link #read(ByteBuffer)} for {@code waiter}, to whom {@code target} belongs until then. */
  public void read(ByteBuffer target, Waiter<Integer> waiter) {
    perform("read", Readings.into(this, buffer, target), waiter);
  }

  /** Takes all there is until the end of the stream; mind who sends it. */
  public byte[] readAll() throws IOException {
    return perform("readAll", Readings.all(this, buffer));
  }

  /** {@link #readAll()} for {@code waiter}. */
  public void readAll(Waiter<byte[]> waiter) {
    perform("readAll", Readings.all(this, buffer), waiter);
  }

  // ---- a certain number, up to a mark ------------------------------------------------------

  /**
   * Takes {@code count} bytes.
   *
   * @throws IncompleteReadException if the stream ends before; it has what came
   * @throws IOException as {@link #read(int)}
   */
  public byte[] readExactly(int count) throws IOException {
    return perform("readExactly", Readings.exactly(this, buffer, count));
  }

  /** {@link #readExactly(int)} for {@code waiter}. */
  public void readExactly(int count, Waiter<byte[]> waiter) {
    perform("readExactly", Readings.exactly(this, buffer, count), waiter);
  }

  /**
   * Takes everything up to and with one of {@code separators}: the one that ends first, and of two
   * that end together the shorter.
   *
   * @throws LimitOverrunException if it does not come within the limit; what came stays in the
   *     buffer
   * @throws IncompleteReadException if the stream ends before; it has what came
   * @throws IllegalArgumentException if there is no separator, or an empty one
   */
  public byte[] readUntil(byte[]... separators) throws IOException {
    return perform("readUntil", Readings.until(this, buffer, separators));
  }

  /** {@link #readUntil} for {@code waiter}. */
  public void readUntil(Waiter<byte[]> waiter, byte[]... separators) {
    perform("readUntil", Readings.until(this, buffer, separators), waiter);
  }

  /**
   * Takes a line with its line feed; at the end of the stream what is left, then empty.
   *
   * @throws LimitOverrunException if it is longer than the limit; the line is dropped, if its end
   *     has come, else what came of it
   */
  public byte[] readLine() throws IOException {
    return perform("readLine", Readings.line(this, buffer));
  }

  /** {@link #readLine()} for {@code waiter}. */
  public void readLine(Waiter<byte[]> waiter) {
    perform("readLine", Readings.line(this, buffer), waiter);
  }

  /**
   * The lines that are left, with their line feeds. What a read throws leaves the loop unchecked.
   */
  public Iterable<ByteBuffer> lines() {
    return Lines::new;
  }

  private final class Lines implements Iterator<ByteBuffer> {
    private byte @Nullable [] next;

    @Override
    public boolean hasNext() {
      byte[] line = next;
      if (line == null) {
        try {
          line = readLine();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        next = line;
      }
      return line.length > 0;
    }

    @Override
    public ByteBuffer next() {
      if (!hasNext()) {
        throw new NoSuchElementException("next: " + name + " has ended");
      }
      var line = ByteBuffer.wrap(Objects.requireNonNull(next));
      next = null;
      return line;
    }
  }

  /** Whether the end has come and nothing is buffered. */
  public boolean atEof() {
    return ended && buffer.size() == 0;
  }

  /**
   * Closes what it belongs to: the stream, with both directions, or the pipe. Never waits.
   * Idempotent.
   */
  public void close() {
    owner.close();
  }

  // ---- for tests ---------------------------------------------------------------------------

  /** How many bytes are buffered. */
  int buffered() {
    return buffer.size();
  }

  /** Whether a task was told that something has come, and has not run yet. */
  boolean isWoken() {
    return woken != null;
  }

  // ---- for the readings ---------------------------------------------------------------------

  /**
   * Receives what has come.
   *
   * @return how many bytes; 0: nothing yet; -1: the end
   */
  int receive() throws IOException {
    if (ended) {
      return -1;
    }
    ByteBuffer shared = loop.poller().takeReceiveBuffer();
    try {
      shared.limit(Math.min(shared.capacity(), Math.max(FIRST_SIZE, buffer.size())));
      int count = received(shared);
      if (count > 0) {
        buffer.add(shared.flip());
      }
      return count;
    } finally {
      loop.poller().giveBack(shared);
    }
  }

  /** {@link #receive}, but into {@code target}. */
  int receive(ByteBuffer target) throws IOException {
    return ended ? -1 : received(target);
  }

  private int received(ByteBuffer target) throws IOException {
    if (!isItsTurn()) {
      return 0; // so it waits, and is told of what is there
    }
    try {
      int count = wire.tryRead(target);
      ended = count < 0;
      return count;
    } catch (Throwable thrown) {
      IOException reason = ConnectionErrors.reason("read", name, thrown);
      owner.lost(reason);
      Thrown.ifFatal(thrown);
      throw reason;
    }
  }

  private boolean isItsTurn() {
    long now = loop.turns();
    if (now != turn) {
      turn = now;
      received = 0;
    }
    return ++received <= MOST_IN_A_TURN;
  }

  /** Puts {@code taken} back in front: who waits by now is served with it. */
  void putBack(byte[] taken) {
    if (taken.length > 0) {
      buffer.giveBack(taken);
      if (!readers.isEmpty()) {
        readiness.ready();
      }
    }
  }

  int limit() {
    return limit;
  }

  /** The stream, in errors. */
  String of() {
    return name;
  }

  // ---- performing one ------------------------------------------------------------------------

  private <T> T perform(String operation, Reading<T> reading) throws IOException {
    begin(operation);
    for (; ; ) {
      T taken = reading.attempt();
      if (taken != null) {
        return taken;
      }
      await(operation);
    }
  }

  /**
   * Parks the calling task until something may have come. It looks for itself then: that spares the
   * way over an entry of the loop, and a cancel in between has nothing to give back.
   */
  private void await(String operation) throws IOException {
    WaitQueue.checkMayPark(operation);
    readiness.listen();
    try {
      readers.park(operation, null);
      woken = null; // only here and where it gives that back: another may wait by now
    } finally {
      leave();
    }
    if (failure != null) {
      throw failure;
    }
  }

  @SuppressWarnings("unchecked") // what a reading takes is what its waiter is handed
  private <T> void perform(String operation, Reading<T> reading, Waiter<T> waiter) {
    T taken;
    try {
      begin(operation);
      taken = reading.attempt();
    } catch (IOException | IllegalStateException e) {
      var refused =
          new WaitQueue<T, Reading<T>>(
              name, (none, nothing) -> {}, (failed, read) -> read.giveBackFailed());
      refused.add(waiter, reading);
      refused.failAll(() -> e);
      return;
    }
    readers.add((Waiter<Object>) waiter, (Reading<Object>) reading);
    if (taken == null) {
      readiness.listen();
    } else {
      readers.serveFirst(taken);
    }
  }

  private void begin(String operation) throws IOException {
    Sockets.checkRoom(loop, operation, name);
    if (woken != null || !readers.isEmpty()) {
      throw new IllegalStateException(
          operation
              + " on "
              + name
              + ": "
              + nameOf(woken != null ? woken : readers.firstTask())
              + " already waits for its data, "
              + nameOf(Aio.currentTask().orElse(null))
              + " may not; let one task read and hand on what it gets");
    }
    if (failure instanceof StreamClosedException) {
      throw new StreamClosedException(operation + " on " + name + ": the stream is closed");
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static String nameOf(@Nullable Task<?> task) {
    return task == null ? "a callback" : "task '" + task.name() + "'";
  }

  /** Something may have come. */
  private void serve() {
    Reading<Object> reading = readers.isEmpty() ? null : readers.firstBrought();
    if (reading == null) { // nobody, or a task that has come meanwhile and listens for itself
      return;
    }
    try {
      Object taken = reading.attempt();
      if (taken == null) {
        readiness.listen();
      } else {
        readers.serveFirst(taken);
      }
    } catch (Throwable thrown) {
      readers.failAll(() -> thrown);
      Thrown.ifFatal(thrown);
    }
  }

  /**
   * Takes the interest in the wire back if nobody waits any more. For waiters that may leave by
   * themselves.
   */
  public void leave() {
    if (readers.isEmpty()) {
      readiness.mute();
    }
  }

  /** Takes what is buffered: it belongs to a protocol that is put in between. */
  ByteBuffer takeBuffered() {
    return ByteBuffer.wrap(buffer.take(buffer.size()));
  }

  /** From now on it reads from {@code other}; who waits goes on to do so. */
  void moveTo(Wire other) {
    readiness.mute();
    wire = other;
    if (!readers.isEmpty()) {
      readiness.listen();
    }
  }

  /** Ends it: this read and each later one throws {@code reason}. */
  void end(IOException reason) {
    if (failure == null) {
      failure = reason;
    }
    readiness.mute();
    readers.failAll(() -> reason);
  }

  /** Hears on the bare carrier that something may have come; looks in an entry of the loop. */
  private final class Readiness extends Interest implements Runnable {
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
      boolean looksForItself = !readers.isEmpty() && readers.firstBrought() == null;
      if (looksForItself) {
        woken = readers.firstTask();
        readers.serveFirst(LOOK);
      } else {
        loop.ready(this, null);
      }
    }

    @Override
    void queueFailure(IOException cause) {
      loop.ready((Runnable) () -> owner.lost(cause), null);
    }

    @Override
    public void run() {
      serve();
    }
  }

  @Override
  public String toString() {
    return "reader of " + name;
  }
}
