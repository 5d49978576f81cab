package io.greenloop.internal.loop;

import io.greenloop.internal.vm.Mode;
import org.jspecify.annotations.Nullable;

/**
 * Stackful code that the carrier mounts: a Task's body, or a {@link Hub}.
 *
 * <p>A mounted strand runs until it suspends in a wait of ours, parks in foreign code, or ends.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><td>queued</td><td>in the ready queue, or about to be</td></tr>
 *   <tr><td>mounted</td><td>running; at most one of a loop (L1)</td></tr>
 *   <tr><td>suspended</td><td>in {@link #suspend}; whoever wakes it queues it</td></tr>
 *   <tr><td>foreign</td><td>parked by code that is not ours; the JDK queues it</td></tr>
 *   <tr><td>ended</td><td>for good</td></tr>
 * </table>
 */
public abstract class Strand {
  final LoopCore loop;
  private final Runnable body;
  @Nullable Object owner;
  boolean suspended;
  boolean queued;
  boolean foreign;
  boolean begun;
  boolean ended;

  /** Whether this is, or was, a {@link Hub}'s. */
  boolean servesCallbacks;

  private volatile @Nullable StrandEnd host;

  Strand(LoopCore loop, @Nullable Object owner, Runnable body) {
    this.loop = loop;
    this.owner = owner;
    this.body = body;
  }

  /**
   * A strand that does not run yet. Loop or setup.
   *
   * @param owner the task it runs for, or null
   * @param body must not throw
   */
  public static Strand create(LoopCore loop, @Nullable Object owner, Runnable body) {
    return Mode.isFull()
        ? new FullStrand(loop, owner, body)
        : new PortableStrand(loop, owner, body);
  }

  /** Queues the first step. Loop or setup. */
  public abstract void start();

  /**
   * Gives the carrier back until somebody queues this strand again. Only from inside itself.
   *
   * @throws PinnedException if a native frame or a class initialiser holds the carrier; nothing has
   *     changed then
   */
  public final void suspend() {
    suspended = true;
    try {
      giveBack();
    } catch (PinnedException e) {
      loop.takeReady(this); // a cancel from before may have queued it already
      throw e;
    } finally {
      suspended = false;
    }
  }

  /**
   * Goes to the end of the ready queue and suspends: a turn for everybody else.
   *
   * @throws PinnedException as {@link #suspend}
   */
  public final void suspendInQueue() {
    loop.ready(this, null);
    try {
      suspend();
    } catch (PinnedException e) {
      loop.unready(this);
      throw e;
    }
  }

  /** The virtual thread below. Any thread. */
  public abstract Thread thread();

  /**
   * The thread that is parked in foreign code: {@link #thread}, but for code of a coroutine that
   * has a thread of its own (portable). Loop room.
   */
  public Thread foreignThread() {
    return thread();
  }

  /**
   * Brackets code that may block outside of our waits: the loop goes on meanwhile, also where such
   * a wait would hold it (portable). Only from inside itself.
   */
  public abstract void beginForeign();

  /** The end of {@link #beginForeign}: waits for its turn. */
  public abstract void endForeign();

  /** Carrier: runs it until it suspends, parks or ends. */
  abstract void mount();

  /** Suspends; see {@link #suspend}. */
  abstract void giveBack();

  /** Any thread: when its loop has closed, lets the JDK's scheduler run it to its end. */
  abstract void handOver();

  /** The task it runs for at this moment, or the callback; may be null. Any thread. */
  public final @Nullable Object owner() {
    return owner;
  }

  /** What fibers know of this strand, if any ran on it. Any thread. */
  public final @Nullable Object host() {
    return host;
  }

  /** Keeps what fibers know of this strand, and tells it of the end. */
  public final void setHost(StrandEnd host) {
    this.host = host;
  }

  /** Whether it is parked in code that is not ours. Loop room. */
  public final boolean isForeign() {
    return foreign;
  }

  /** Whether it waits in {@link #suspend}. Loop room. */
  public final boolean isSuspended() {
    return suspended;
  }

  final void runBody() {
    begun = true;
    try {
      body.run();
    } finally {
      ended = true;
      StrandEnd told = host;
      if (told != null && !loop.isClosed()) {
        told.strandEnded();
      }
    }
  }
}
