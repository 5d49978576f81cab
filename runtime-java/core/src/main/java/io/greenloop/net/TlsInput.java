package io.greenloop.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** The incoming direction of TLS: records are opened for who reads, and no earlier. Loop room. */
final class TlsInput {
  /** The other side wants another handshake. */
  @FunctionalInterface
  interface Again {
    /** Begins it, or refuses. */
    void begin() throws SSLException;
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** How many records one entry of the loop opens that bring a reader nothing. */
  private static final int MOST_AT_ONCE = 64;

  private final TlsRecords records;
  private final TlsOptions options;
  private final String name;
  private final Again again;

  /** What was opened because a reader had no room for a whole record. */
  private ByteBuffer opened = NOTHING;

  private boolean dry; // nothing can be opened before more has come from below
  private boolean owes; // no second question may be opened before the first answer is out
  private boolean ended;

  /**
   * @param name what errors call the connection
   */
  TlsInput(TlsRecords records, TlsOptions options, String name, Again again) {
    this.records = records;
    this.options = options;
    this.name = name;
    this.again = again;
  }

  /** Whether something was opened and not taken. */
  boolean hasOpened() {
    return opened.hasRemaining();
  }

  boolean hasEnded() {
    return ended;
  }

  /** Whether something must come from below first. */
  boolean isDry() {
    return dry;
  }

  /** Whether the next record can be opened, as far as we know. */
  boolean mayOpen() {
    return !dry && !owes;
  }

  /** Something has come. */
  void more() {
    dry = false;
  }

  /** Something may have been sent, whoever has done that. */
  void sent() {
    owes &= records.hasUnsent();
  }

  /** A step of the handshake: whether there was a record to open. */
  boolean openOne() throws IOException {
    ByteBuffer target = records.roomForRecord();
    return switch (records.open(target)) {
      case DRY -> {
        dry = true;
        yield false;
      }
      case CUT -> throw TlsErrors.cutInHandshake(name);
      case CLOSED -> throw new SSLHandshakeException("the other side has ended TLS");
      default -> {
        opened = target.flip().hasRemaining() ? target : NOTHING; // the buffer is used again
        yield true;
      }
    };
  }

  /**
   * Opens what has come, and the engine's answers with it, while TLS is open.
   *
   * @return how many bytes; 0: nothing yet; -1: the end
   */
  int read(ByteBuffer target) throws IOException {
    owes = false;
    for (int left = MOST_AT_ONCE; left > 0; left--) {
      boolean answerWaits = false;
      HandshakeStatus status = records.status();
      if (status == HandshakeStatus.NEED_TASK) {
        again.begin();
        return 0;
      }
      if (status == HandshakeStatus.NEED_WRAP) { // an answer, to a change of keys
        records.sendOwn();
        answerWaits = records.status() == HandshakeStatus.NEED_WRAP;
      }
      int before = target.position();
      TlsRecords.Step step = records.open(target);
      if (step == TlsRecords.Step.FULL) {
        ByteBuffer roomy = records.roomForRecord();
        step = records.open(roomy);
        opened = roomy.flip();
        takeOpened(target);
      }
      int count = target.position() - before;
      if (count > 0) {
        return count;
      }
      switch (step) {
        case DRY -> {
          dry = true;
          return 0;
        }
        case CUT -> {
          if (!options.isTruncationAllowed()) {
            throw TlsErrors.truncated(name);
          }
          ended = true;
          return -1;
        }
        case CLOSED -> {
          ended = true;
          answerEnd();
          return -1;
        }
        default -> {
          // Data goes on while an answer waits for its way out: else two sides that write more
          // than they read would wait for each other. A second question has to wait.
          if (answerWaits) {
            owes = true;
            return 0;
          }
        }
      }
    }
    return 0; // others run
  }

  /** Takes what was opened before. */
  int takeOpened(ByteBuffer target) {
    int count = Math.min(opened.remaining(), target.remaining());
    target.put(target.position(), opened, opened.position(), count);
    target.position(target.position() + count);
    opened.position(opened.position() + count);
    if (!opened.hasRemaining()) {
      opened = NOTHING;
    }
    return count;
  }

  /** TLS 1.2 answers {@code close_notify} at once; who has sent it may be gone already. */
  private void answerEnd() {
    try {
      records.sendOwn();
    } catch (IOException gone) {
      // All that is said here is that nothing more is to be said.
    }
  }

  /** Drops what a handshake has opened: nobody reads any more. */
  void dropOpened() {
    opened = NOTHING;
  }

  /**
   * Opens what has come, for nobody: a close waits for the end behind it.
   *
   * @return whether there may be more, which has to wait for others
   */
  boolean drop() throws IOException {
    opened = NOTHING;
    for (int left = MOST_AT_ONCE; left > 0 && !ended && !dry; left--) {
      switch (records.open(records.roomForRecord())) {
        case DRY -> dry = true;
        case CLOSED, CUT -> ended = true; // cut off or not: nobody reads that any more
        // Nobody wants another handshake either.
        default -> ended = records.status() == HandshakeStatus.NEED_TASK;
      }
    }
    return !ended && !dry;
  }
}
