package io.greenloop.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The reads of a {@link StreamReader}, each in steps that never wait. */
final class Readings {
  private static final byte[] LINE_FEED = {'\n'};
  private static final byte[] NOTHING = {};

  private Readings() {}

  /** Takes bytes out of the buffer, and puts them back in front. */
  private abstract static class OwnBytes implements Reading<byte[]> {
    final StreamReader reader;
    final ReadBuffer buffer;

    /** What the failure took. */
    byte[] failedWith = NOTHING;

    OwnBytes(StreamReader reader, ReadBuffer buffer) {
      this.reader = reader;
      this.buffer = buffer;
    }

    @Override
    public void giveBack(byte[] taken) {
      reader.putBack(taken);
    }

    @Override
    public void giveBackFailed() {
      giveBack(failedWith);
      failedWith = NOTHING;
    }

    /** The end came too early. */
    IncompleteReadException incomplete(String operation, int expected) {
      failedWith = buffer.take(buffer.size());
      return IncompleteReadException.of(operation, reader, failedWith, expected);
    }
  }

  static Reading<byte[]> some(StreamReader reader, ReadBuffer buffer, int max) {
    checkCount("read", max);
    return new OwnBytes(reader, buffer) {
      @Override
      public byte @Nullable [] attempt() throws IOException {
        boolean waits = max > 0 && buffer.size() == 0 && reader.receive() == 0;
        return waits ? null : buffer.take(Math.min(max, buffer.size()));
      }
    };
  }

  static Reading<byte[]> all(StreamReader reader, ReadBuffer buffer) {
    return new OwnBytes(reader, buffer) {
      @Override
      public byte @Nullable [] attempt() throws IOException {
        int received;
        do {
          received = reader.receive();
        } while (received > 0);
        return received == 0 ? null : buffer.take(buffer.size());
      }
    };
  }

  static Reading<byte[]> exactly(StreamReader reader, ReadBuffer buffer, int count) {
    checkCount("readExactly", count);
    return new OwnBytes(reader, buffer) {
      @Override
      public byte @Nullable [] attempt() throws IOException {
        while (buffer.size() < count) {
          int received = reader.receive();
          if (received == 0) {
            return null;
          }
          if (received < 0) {
            throw incomplete("readExactly", count);
          }
        }
        return buffer.take(count);
      }
    };
  }

  static Reading<Integer> into(StreamReader reader, ReadBuffer buffer, ByteBuffer target) {
    checkTarget(target);
    return new Reading<>() {
      @Override
      public @Nullable Integer attempt() throws IOException {
        if (!target.hasRemaining()) {
          return 0;
        }
        if (buffer.size() > 0) {
          return buffer.take(target);
        }
        int received = reader.receive(target);
        return received == 0 ? null : Integer.valueOf(received);
      }

      @Override
      public void giveBack(Integer taken) {
        if (taken > 0) {
          byte[] bytes = new byte[taken];
          target.position(target.position() - taken);
          target.get(target.position(), bytes);
          reader.putBack(bytes);
        }
      }
    };
  }

  static Reading<byte[]> until(StreamReader reader, ReadBuffer buffer, byte[]... separators) {
    return new UntilMark(reader, buffer, separators);
  }

  static Reading<byte[]> line(StreamReader reader, ReadBuffer buffer) {
    return new Line(reader, buffer);
  }

  static void checkTarget(ByteBuffer target) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("read(" + target + "): it can only be read");
    }
  }

  private static void checkCount(String operation, int count) {
    if (count < 0) {
      throw new IllegalArgumentException(operation + "(" + count + "): must not be negative");
    }
  }

  private static class UntilMark extends OwnBytes {
    private final byte[][] separators;
    private final int longest;

    /** No separator begins before this place of the stream, unless something is put back. */
    private long searched;

    /** Where the buffer began at the last search. */
    private long searchedFrom;

    UntilMark(StreamReader reader, ReadBuffer buffer, byte[]... separators) {
      super(reader, buffer);
      this.separators = separators.clone();
      int most = 0;
      for (byte[] separator : separators) {
        if (separator.length == 0) {
          throw new IllegalArgumentException("readUntil: a separator is empty");
        }
        most = Math.max(most, separator.length);
      }
      if (most == 0) {
        throw new IllegalArgumentException("readUntil: name a separator");
      }
      longest = most;
    }

    @Override
    public byte @Nullable [] attempt() throws IOException {
      for (; ; ) {
        int end = search();
        if (end >= 0) {
          return buffer.take(end);
        }
        int received = reader.receive();
        if (received == 0) {
          return null;
        }
        if (received < 0) {
          return atEnd();
        }
      }
    }

    byte[] atEnd() throws IOException {
      throw incomplete("readUntil", -1);
    }

    /** Where the first separator ends, or -1. */
    private int search() throws LimitOverrunException {
      long passed = buffer.passed();
      int from = passed < searchedFrom ? 0 : (int) Math.max(0, searched - passed);
      searchedFrom = passed;
      int begin = -1;
      int end = Integer.MAX_VALUE;
      for (byte[] separator : separators) {
        int found = buffer.find(separator, from);
        int foundEnd = found + separator.length;
        if (found >= 0 && (foundEnd < end || (foundEnd == end && found > begin))) {
          begin = found;
          end = foundEnd;
        }
      }
      if (begin > reader.limit()) {
        throw overrun("a separator comes after", begin);
      }
      if (begin >= 0) {
        return end;
      }
      int next = Math.max(from, buffer.size() + 1 - longest);
      searched = passed + next;
      if (next > reader.limit()) {
        throw overrun("no separator comes within", next);
      }
      return -1;
    }

    LimitOverrunException overrun(String what, int consumed) {
      return Readings.overrun("readUntil", reader, what, consumed);
    }
  }

  private static final class Line extends UntilMark {
    Line(StreamReader reader, ReadBuffer buffer) {
      super(reader, buffer, LINE_FEED);
    }

    @Override
    byte[] atEnd() {
      return buffer.take(buffer.size());
    }

    @Override
    LimitOverrunException overrun(String what, int consumed) {
      boolean whole = buffer.has(LINE_FEED, consumed);
      failedWith = buffer.take(whole ? consumed + LINE_FEED.length : buffer.size());
      return Readings.overrun("readLine", reader, what, consumed);
    }
  }

  private static LimitOverrunException overrun(
      String operation, StreamReader reader, String what, int consumed) {
    return new LimitOverrunException(
        operation
            + " on "
            + reader.of()
            + ": "
            + what
            + " the limit of "
            + reader.limit()
            + " bytes",
        consumed);
  }
}
