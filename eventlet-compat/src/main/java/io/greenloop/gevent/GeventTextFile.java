package io.greenloop.gevent;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The characters of a {@link GeventFile} (Python: a {@code FileObject} with a text mode). Room:
 * that of the file.
 */
public final class GeventTextFile implements AutoCloseable {
  /** What ends a line (Python: the {@code newline} of {@code open}). */
  public enum Newline {
    /** Each of the three, read as a line feed; a line feed is written as the system's. */
    UNIVERSAL(null, System.lineSeparator()),
    /** Each of the three, read and written as it is (Python: {@code ''}). */
    ANY_KEPT(null, "\n"),
    /** A line feed. */
    LF("\n", "\n"),
    /** A carriage return; a line feed is written as one. */
    CR("\r", "\r"),
    /** Both; a line feed is written as both. */
    CRLF("\r\n", "\r\n");

    private final @Nullable String only; // that ends a line that is read; null for each
    private final String written;

    Newline(@Nullable String only, String written) {
      this.only = only;
      this.written = written;
    }
  }

  private static final int NONE = -2;

  private final GeventFile file;
  private final Charset charset;
  private final Newline newline;
  private final Reader reader;
  private @Nullable CharsetEncoder encoder; // one for all, or each write would begin a text
  private String half = "";
  private int ahead = NONE; // a character that was read to see what it is

  GeventTextFile(GeventFile file, Charset charset, Newline newline) {
    this.file = file;
    this.charset = charset;
    this.newline = newline;
    reader = new InputStreamReader(new Bytes(), charset);
  }

  /** The file, for the JDK's decoder. */
  private final class Bytes extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = file.readSome(1);
      return one.length == 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      byte[] some = file.readSome(length);
      System.arraycopy(some, 0, target, offset, some.length);
      return some.length == 0 ? -1 : some.length;
    }
  }

  // ---- reading -----------------------------------------------------------------------------

  /** The next character as the newline mode has it; -1 at the end. */
  private int next() throws IOException {
    int c = ahead == NONE ? reader.read() : ahead;
    ahead = NONE;
    if (c == '\r' && newline == Newline.UNIVERSAL) {
      int after = reader.read();
      ahead = after == '\n' ? NONE : after;
      return '\n';
    }
    return c;
  }

  /** {@code count} characters, fewer only at the end. */
  public String read(int count) throws IOException {
    var text = new StringBuilder();
    while (text.length() < count) {
      int c = next();
      if (c < 0) {
        break;
      }
      text.append((char) c);
    }
    return text.toString();
  }

  /** All up to the end. */
  public String readAll() throws IOException {
    return read(Integer.MAX_VALUE);
  }

  /** The next line with its end, which the last one may lack; empty at the end. */
  public String readLine() throws IOException {
    var line = new StringBuilder();
    for (int c = next(); c >= 0; c = next()) {
      line.append((char) c);
      if (endsLine(line, (char) c)) {
        break;
      }
    }
    return line.toString();
  }

  private boolean endsLine(StringBuilder line, char last) throws IOException {
    String only = newline.only;
    if (only != null) {
      return line.length() >= only.length()
          && line.indexOf(only, line.length() - only.length()) >= 0;
    }
    if (last == '\r') {
      int after = next();
      if (after == '\n') {
        line.append('\n');
      } else {
        ahead = after;
      }
      return true;
    }
    return last == '\n';
  }

  // ---- writing -----------------------------------------------------------------------------

  /** Writes {@code text}, behind what was written before. */
  public void write(String text) throws IOException {
    CharsetEncoder present = encoder;
    if (present == null) {
      present =
          charset
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPLACE)
              .onUnmappableCharacter(CodingErrorAction.REPLACE);
      encoder = present;
    }
    encode(present, text.replace("\n", newline.written), false);
  }

  /** What the encoder cannot end yet, half a surrogate pair, waits for what comes next. */
  private void encode(CharsetEncoder present, String text, boolean ends) throws IOException {
    CharBuffer source = CharBuffer.wrap(half + text);
    // room for a byte order mark and for what a flush adds, beside the characters
    int room = (int) Math.ceil((source.remaining() + 2) * (double) present.maxBytesPerChar());
    ByteBuffer target = ByteBuffer.allocate(room);
    present.encode(source, target, ends);
    if (ends) {
      present.flush(target);
    }
    half = source.toString();
    file.write(Arrays.copyOf(target.array(), target.position()));
  }

  /** {@link GeventFile#flush}. */
  public void flush() throws IOException {
    file.flush();
  }

  /** Closes the file. Idempotent. */
  @Override
  public void close() throws IOException {
    CharsetEncoder present = encoder;
    encoder = null;
    try (file) {
      if (present != null && !file.isClosed()) {
        encode(present, "", true);
      }
    }
  }

  @Override
  public String toString() {
    return "text of " + file;
  }
}
