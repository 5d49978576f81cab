package io.greenloop.internal.fiber;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.Strand;
import io.greenloop.internal.loop.StrandEnd;
import io.greenloop.internal.vm.Mode;
import org.jspecify.annotations.Nullable;

/**
 * The thread at the bottom of a chain of fibers: a platform thread, or the virtual thread of a Task
 * or hub. All fibers resumed there belong to it while they run.
 *
 * <p>In full mode code in a fiber runs on that very thread. In portable mode it runs on a thread of
 * its own, which {@link TwinFiber} tells at each hand-over whose host it works for.
 */
@SuppressWarnings("ReferenceEquality") // identity is meant
public final class Host implements StrandEnd {
  private static final boolean FULL = Mode.current() == Mode.FULL;
  private static final ThreadLocal<@Nullable Host> CURRENT = new ThreadLocal<>();

  /** Whether there may be greenlets: plain, because a host sees what it wrote itself. */
  @SuppressWarnings("NonFinalStaticField")
  private static boolean attached;

  private final Thread thread;
  private final @Nullable Object owner;
  private final boolean hub;
  private final @Nullable LoopCore loop;

  /** What the greenlet module keeps for this host. */
  private @Nullable Object attachment;

  private Host(Thread thread) {
    this.thread = thread;
    loop = LoopThread.currentLoop();
    Strand strand = loop == null ? null : loop.currentStrand();
    Object task = strand == null ? null : strand.owner();
    hub = task == null && loop != null;
    owner = loop != null && hub ? loop.face() : task;
    if (strand != null) {
      strand.setHost(this);
    }
  }

  /** The host whose code calls this. */
  public static Host current() {
    Host host = CURRENT.get();
    if (host == null) {
      host = new Host(Thread.currentThread());
      CURRENT.set(host);
    }
    return host;
  }

  /** Whether the caller runs on this host. */
  public boolean isCurrent() {
    return FULL ? Thread.currentThread() == thread : CURRENT.get() == this;
  }

  /** Whether it runs on the caller's loop: it does not while the caller does. */
  public boolean sharesLoop() {
    return loop != null && LoopThread.currentLoop() == loop;
  }

  /** Whether its thread has ended. */
  public boolean isOver() {
    return !thread.isAlive();
  }

  /** Whether both run the callbacks of one loop, which changes its hub's thread at times. */
  public boolean isSameHub(Host other) {
    return hub && other.hub && owner == other.owner;
  }

  /** The thread at the bottom. */
  public Thread thread() {
    return thread;
  }

  /** The task it runs, or the loop whose hub it is; null for a thread outside of loops. */
  public @Nullable Object owner() {
    return owner;
  }

  /** What the greenlet module left here, or null. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Leaves an object for the greenlet module. */
  public void attach(Object value) {
    attached = true;
    attachment = value;
  }

  @Override
  public void strandEnded() {
    Residents residents = Residents.of(this);
    if (residents != null) {
      residents.hostEnded();
    }
  }

  /** The greenlets of the caller's host, or null if it has none. */
  public static @Nullable Residents residentsHere() {
    return attached ? Residents.of(CURRENT.get()) : null;
  }

  /** The task, the callbacks of a loop, or the thread, in words. */
  @Override
  public String toString() {
    if (owner != null) {
      return hub ? "the callbacks of " + owner : owner.toString();
    }
    String name = thread.getName();
    return name.isEmpty() ? "virtual thread " + thread.threadId() : "thread '" + name + "'";
  }

  /** Portable mode: the calling thread works for {@code host} from now on. */
  static void adopt(Host host) {
    CURRENT.set(host);
  }
}
