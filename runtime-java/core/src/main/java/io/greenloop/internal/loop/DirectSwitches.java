package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Switches from one strand straight to another, past everything that is ready: the caller suspends,
 * and the carrier mounts what is named here before it looks at the ready queue. Loop room, inside a
 * strand.
 */
public final class DirectSwitches {
  private final LoopCore loop;

  /** Last one first: a switch may lead to another. */
  private final ArrayDeque<Strand> toMount = new ArrayDeque<>();

  DirectSwitches(LoopCore loop) {
    this.loop = loop;
  }

  /**
   * Mounts {@code strand} now and comes back when it suspends, parks or ends; everything else keeps
   * its place. {@code strand} was created by {@link Strand#create} and not started.
   */
  public void start(Strand strand) {
    loop.startUnqueued(strand);
    resume(strand);
  }

  /** Like {@link #start} for a strand that is suspended and not queued. */
  public void resume(Strand strand) {
    Strand caller = present(loop.currentStrand());
    toMount.push(caller);
    toMount.push(strand);
    try {
      caller.suspend();
    } catch (PinnedException e) {
      toMount.remove(strand);
      toMount.remove(caller);
      loop.ready(strand, null);
      throw e;
    }
  }

  /**
   * Mounts {@code strand}, which is suspended and not queued, now; the caller, which is not the
   * hub, goes to the end of the queue.
   */
  public void resumeInstead(Strand strand) {
    Strand caller = present(loop.currentStrand());
    loop.ready(caller, null);
    toMount.push(strand);
    try {
      caller.suspend();
    } catch (PinnedException e) {
      toMount.remove(strand);
      loop.unready(caller);
      loop.ready(strand, null);
      throw e;
    }
  }

  /** Carrier: what to mount next, taken; or null. */
  @Nullable Strand next() {
    return toMount.poll();
  }

  /** Carrier: whether {@code strand} waits for its turn here. */
  boolean isNamed(Strand strand) {
    return toMount.contains(strand);
  }
}
