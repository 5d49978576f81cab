package io.greenloop.internal.loop;

/** What is told of the end of a strand; see {@link Strand#setHost}. */
public interface StrandEnd {
  /**
   * The strand runs its last line; its loop is not closed. Loop room, in no entry. Must not throw.
   */
  void strandEnded();
}
