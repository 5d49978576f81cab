package io.greenloop.testing.network;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Bytes that have arrived and were not read yet. */
final class ReceivedBytes {
  private final ArrayDeque<ByteBuffer> parts = new ArrayDeque<>();
  private int size;

  int size() {
    return size;
  }

  void add(ByteBuffer bytes) {
    if (bytes.hasRemaining()) {
      parts.add(bytes);
      size += bytes.remaining();
    }
  }

  void clear() {
    parts.clear();
    size = 0;
  }

  /** Moves as many as there are, and as there is room for; how many. */
  int moveTo(ByteBuffer target) {
    int before = target.position();
    for (ByteBuffer part = parts.peek();
        part != null && target.hasRemaining();
        part = parts.peek()) {
      int count = Math.min(part.remaining(), target.remaining());
      target.put(part.slice().limit(count));
      part.position(part.position() + count);
      if (!part.hasRemaining()) {
        parts.remove();
      }
    }
    int moved = target.position() - before;
    size -= moved;
    return moved;
  }
}
