package io.greenloop.net;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** What was received and not taken yet. */
final class ReadBuffer {
  /** An array of at most this size is kept when it is empty: many messages are that small. */
  private static final int KEPT_SIZE = 256;

  private static final byte[] NOTHING = new byte[0];

  private byte[] bytes = NOTHING;
  private int start;
  private int end;
  private long passed;

  /** How many bytes have been taken, and not been given back: the place of the first one here. */
  long passed() {
    return passed;
  }

  int size() {
    return end - start;
  }

  /** Adds a copy of what is left of {@code source}, which is emptied. */
  void add(ByteBuffer source) {
    int count = source.remaining();
    makeRoom(count);
    source.get(bytes, end, count);
    end += count;
  }

  private void makeRoom(int count) {
    if (bytes.length - end >= count) {
      return;
    }
    int size = size();
    int capacity = Math.max(bytes.length, KEPT_SIZE);
    while (capacity - size < count) {
      capacity = Math.addExact(capacity, capacity);
    }
    byte[] roomy = capacity == bytes.length ? bytes : new byte[capacity];
    System.arraycopy(bytes, start, roomy, 0, size);
    bytes = roomy;
    start = 0;
    end = size;
  }

  /** Takes {@code count} bytes, which are there. */
  byte[] take(int count) {
    byte[] taken = Arrays.copyOfRange(bytes, start, start + count);
    drop(count);
    return taken;
  }

  /** Takes what {@code target} has room for. */
  int take(ByteBuffer target) {
    int count = Math.min(size(), target.remaining());
    target.put(bytes, start, count);
    drop(count);
    return count;
  }

  private void drop(int count) {
    passed += count;
    start += count;
    if (start == end) {
      start = 0;
      end = 0;
      if (bytes.length > KEPT_SIZE) {
        bytes = NOTHING; // what rests keeps no memory
      }
    }
  }

  /** Puts {@code taken} back in front. */
  void giveBack(byte[] taken) {
    passed -= taken.length;
    if (start >= taken.length) {
      start -= taken.length;
      System.arraycopy(taken, 0, bytes, start, taken.length);
      return;
    }
    int size = size();
    byte[] joined = new byte[Math.max(taken.length + size, KEPT_SIZE)];
    System.arraycopy(taken, 0, joined, 0, taken.length);
    System.arraycopy(bytes, start, joined, taken.length, size);
    bytes = joined;
    start = 0;
    end = taken.length + size;
  }

  /** Whether {@code pattern} stands at {@code offset}. */
  boolean has(byte[] pattern, int offset) {
    int from = start + offset;
    return from + pattern.length <= end
        && Arrays.equals(bytes, from, from + pattern.length, pattern, 0, pattern.length);
  }

  /** Where {@code pattern} begins first, at {@code from} or later; -1 if it does not. */
  int find(byte[] pattern, int from) {
    int last = size() - pattern.length;
    for (int i = from; i <= last; i++) {
      if (bytes[start + i] == pattern[0] && has(pattern, i)) {
        return i;
      }
    }
    return -1;
  }
}
