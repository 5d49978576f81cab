package io.greenloop.net;

import static io.greenloop.internal.check.Known.present;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * An {@code SSLEngine} with its buffers on a wire: steps of one record that never wait. Loop room,
 * but for {@link #runTasks}.
 *
 * <p>The engine holds its lock while a task of it runs: whoever called it meanwhile would hold the
 * loop.
 */
final class TlsRecords {
  /** What a step has come to. */
  enum Step {
    /** A record was dealt with. */
    DONE,
    /** The next record has not come, or not all of it. */
    DRY,
    /** The target has no room for the next record. */
    FULL,
    /** TLS has ended in this direction. */
    CLOSED,
    /** The wire below has ended. */
    CUT
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final int FIRST_SIZE = 17 * 1024; // a record with all that may be around it
  private static final int SHOWN = 16;

  private final Wire wire;
  private final String name;
  private @Nullable SSLEngine engine;

  /** From the wire, and not opened yet. */
  private ByteBuffer received;

  /** For the wire, and not sent yet. */
  private ByteBuffer sealed;

  private ByteBuffer room = NOTHING;
  private boolean begun; // something has come, and it may be TLS

  /**
   * @param unread what has come already
   * @param unsent what must go out before
   * @param name what errors call it
   */
  TlsRecords(Wire wire, ByteBuffer unread, ByteBuffer unsent, String name) {
    this.wire = wire;
    this.name = name;
    received = unread;
    sealed = unsent;
  }

  /** From now on there is an engine. */
  void begin(SSLEngine handshaking) {
    engine = handshaking;
  }

  boolean hasBegun() {
    return engine != null;
  }

  SSLEngine engine() {
    return present(engine);
  }

  HandshakeStatus status() {
    return engine().getHandshakeStatus();
  }

  /** Any thread: what the engine would not do inside a step, because it takes long. */
  static void runTasks(SSLEngine engine) {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  // ---- incoming ----------------------------------------------------------------------------

  /** Whether it is the other side's turn, or nobody's. */
  boolean isToBeRead() {
    HandshakeStatus status = status();
    return status != HandshakeStatus.NEED_TASK && status != HandshakeStatus.NEED_WRAP;
  }

  /** Opens the next record into {@code target}; {@code DONE} also if it had nothing for it. */
  Step open(ByteBuffer target) throws IOException {
    for (; ; ) {
      checkBeginning();
      SSLEngineResult result;
      try {
        result = engine().unwrap(received, target);
      } catch (RuntimeException e) { // of a trust manager, say, that is not ours
        throw new SSLException(e.toString(), e);
      }
      switch (result.getStatus()) {
        case OK -> {
          return Step.DONE;
        }
        case CLOSED -> {
          return Step.CLOSED;
        }
        case BUFFER_OVERFLOW -> {
          return Step.FULL;
        }
        case BUFFER_UNDERFLOW -> {
          int count = fill();
          if (count <= 0) {
            return count == 0 ? Step.DRY : Step.CUT;
          }
        }
      }
    }
  }

  /** An empty buffer that any record can be opened into; always the same one. */
  ByteBuffer roomForRecord() {
    int size = engine().getSession().getApplicationBufferSize();
    if (room.capacity() < size) {
      room = ByteBuffer.allocate(size);
    }
    return room.clear();
  }

  private int fill() throws IOException {
    if (received.remaining() == received.capacity()) { // the first time, or a very long record
      int size = Math.max(FIRST_SIZE, engine().getSession().getPacketBufferSize());
      ByteBuffer roomy = ByteBuffer.allocate(Math.max(size, 2 * received.capacity()));
      received = roomy.put(received).flip();
    }
    received.compact();
    try {
      return wire.tryRead(received);
    } finally {
      received.flip();
    }
  }

  /** At the first byte, and in words that say more than the engine's. */
  private void checkBeginning() throws SSLException {
    if (begun || !received.hasRemaining()) {
      return;
    }
    begun = true;
    int type = received.get(received.position()) & 0xff;
    boolean record = type >= 20 && type <= 24;
    boolean oldHello = type >= 0x80; // that of SSL 2, which the engine may take
    if (!record && !oldHello) {
      byte[] beginning = new byte[Math.min(SHOWN, received.remaining())];
      received.get(received.position(), beginning);
      throw TlsErrors.noTls(name, beginning);
    }
  }

  // ---- outgoing ----------------------------------------------------------------------------

  /** Whether something has not been sent yet. */
  boolean hasUnsent() {
    return sealed.hasRemaining();
  }

  /**
   * Sends what the wire takes.
   *
   * @return whether that was all
   */
  boolean flush() throws IOException {
    if (sealed.hasRemaining()) {
      wire.tryWrite(sealed);
    }
    return !sealed.hasRemaining();
  }

  /** Makes the next record, of {@code source} unless the engine has something of its own to say. */
  Step seal(ByteBuffer source) throws SSLException {
    for (; ; ) {
      int room = engine().getSession().getPacketBufferSize();
      if (sealed.capacity() < room) {
        sealed = ByteBuffer.allocate(Math.max(FIRST_SIZE, room));
      }
      sealed.clear();
      SSLEngineResult result;
      try {
        result = engine().wrap(source, sealed);
      } catch (RuntimeException e) { // as above
        throw new SSLException(e.toString(), e);
      } finally {
        sealed.flip();
      }
      switch (result.getStatus()) {
        case CLOSED -> {
          return Step.CLOSED;
        }
        case BUFFER_OVERFLOW -> sealed = ByteBuffer.allocate(2 * sealed.capacity()).limit(0);
        default -> {
          return Step.DONE;
        }
      }
    }
  }

  /**
   * Makes and sends what the engine has to say by itself: answers, alerts, {@code close_notify}.
   */
  void sendOwn() throws IOException {
    while (flush() && status() == HandshakeStatus.NEED_WRAP) {
      if (seal(NOTHING) == Step.CLOSED) {
        flush();
        return;
      }
    }
  }
}
