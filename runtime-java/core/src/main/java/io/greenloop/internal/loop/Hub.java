package io.greenloop.internal.loop;

/**
 * The strand in which callbacks, timers and dispatched continuations run, and which runs the turn
 * itself as long as there are only such entries.
 *
 * <p>A hub that parks in the middle of an entry is retired: a fresh one continues the turn, and the
 * old one, once it is mounted again, finishes its entry and ends.
 */
final class Hub {
  final Strand strand;

  Hub(LoopCore loop) {
    strand = Strand.create(loop, null, () -> loop.runHub(this));
    strand.servesCallbacks = true;
  }
}
