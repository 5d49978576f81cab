package io.greenloop.gevent;

import java.util.BitSet;

/** Small numbers, the smallest free one first; loop room. */
final class Idents {
  private final BitSet taken = new BitSet();

  int take() {
    int free = taken.nextClearBit(0);
    taken.set(free);
    return free;
  }

  void giveBack(int number) {
    taken.clear(number);
  }
}
