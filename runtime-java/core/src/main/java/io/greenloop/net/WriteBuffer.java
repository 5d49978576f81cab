package io.greenloop.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** What was written and not sent yet, in order. */
final class WriteBuffer {
  private static final int CHUNK = 16 * 1024;

  /** Sent in one go, however much is taken: then others run. */
  private static final int MOST_AT_ONCE = 1 << 20;

  private static final ByteBuffer NO_ROOM = ByteBuffer.allocate(0);

  private final ArrayDeque<ByteBuffer> parts = new ArrayDeque<>(1); // each from position to limit
  private ByteBuffer tail = NO_ROOM; // the last part once more, with its free room
  private long size;

  long size() {
    return size;
  }

  /** Adds a copy of what is left of {@code source}. */
  void add(ByteBuffer source) {
    size += source.remaining();
    while (source.hasRemaining()) {
      if (!tail.hasRemaining()) {
        tail = ByteBuffer.allocate(Math.max(source.remaining(), CHUNK));
        parts.add(tail.duplicate().limit(0));
      }
      int count = Math.min(tail.remaining(), source.remaining());
      tail.put(tail.position(), source, source.position(), count);
      tail.position(tail.position() + count);
      source.position(source.position() + count);
      parts.getLast().limit(tail.position());
    }
  }

  /** Sends what {@code wire} takes, or a part of that: there may be room for more. */
  void sendTo(Wire wire) throws IOException {
    for (int left = MOST_AT_ONCE; size > 0 && left > 0; ) {
      ByteBuffer part = parts.getFirst();
      int most = Math.min(part.remaining(), left);
      int sent = send(part, most, wire);
      left -= sent;
      if (sent < most) {
        return;
      }
      if (!part.hasRemaining()) {
        parts.removeFirst();
        if (parts.isEmpty()) {
          tail = NO_ROOM;
        }
      }
    }
  }

  private int send(ByteBuffer part, int most, Wire wire) throws IOException {
    int start = part.position();
    int end = part.limit();
    part.limit(start + most);
    try {
      wire.tryWrite(part);
    } finally {
      part.limit(end);
    }
    int sent = part.position() - start;
    size -= sent;
    return sent;
  }

  /** All of it, in one piece. */
  ByteBuffer takeAll() {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(size));
    parts.forEach(all::put);
    clear();
    return all.flip();
  }

  void clear() {
    parts.clear();
    tail = NO_ROOM;
    size = 0;
  }
}
