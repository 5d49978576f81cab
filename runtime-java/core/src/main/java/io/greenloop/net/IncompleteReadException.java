package io.greenloop.net;

import java.io.EOFException;
import java.nio.ByteBuffer;

/**
 * The stream ended before all that was asked for had come (Python: {@code IncompleteReadError}).
 */
public final class IncompleteReadException extends EOFException {
  private static final long serialVersionUID = 1L;

  private final byte[] partial;
  private final int expected;

  private IncompleteReadException(String message, byte[] partial, int expected) {
    super(message);
    this.partial = partial;
    this.expected = expected;
  }

  /** The end came in the middle of {@code target}, which had room for {@code expected} bytes. */
  static IncompleteReadException of(Object channel, int expected, ByteBuffer target) {
    int came = expected - target.remaining();
    byte[] partial = new byte[came];
    target.get(target.position() - came, partial);
    return new IncompleteReadException(
        "readFully on "
            + channel
            + ": the stream ended after "
            + came
            + " bytes (expected "
            + expected
            + ")",
        partial,
        expected);
  }

  /** The end came behind {@code partial}, which is less than {@code expected} bytes. */
  static IncompleteReadException of(
      String operation, StreamReader reader, byte[] partial, int expected) {
    return new IncompleteReadException(
        operation
            + " on "
            + reader.of()
            + ": the stream ended after "
            + partial.length
            + " bytes ("
            + (expected < 0 ? "no separator came" : "expected " + expected)
            + ")",
        partial,
        expected);
  }

  /** What came before the end. */
  public byte[] partial() {
    return partial.clone();
  }

  /** How many bytes were asked for; -1 if a separator was. */
  public int expected() {
    return expected;
  }
}
