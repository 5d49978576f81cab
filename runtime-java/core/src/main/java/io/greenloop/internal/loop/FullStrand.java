package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.vm.VirtualThreads;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A strand on a virtual thread whose scheduler is the strand itself.
 *
 * <p>Our own waits use {@link Thread#yield}, not park: the JDK calls {@link #execute} once, after
 * the unmount, and that call only says "ready to be mounted". Whoever ends the wait queues the
 * strand. So no permit is involved, a stray unpark or interrupt does not wake it, and a yield that
 * does not unmount tells us that the strand is pinned.
 */
final class FullStrand extends Strand implements Executor {
  private final Thread thread;
  private @Nullable Runnable continuation;
  private boolean yielding;
  private boolean resumed; // since the last mount out of a wait of ours

  FullStrand(LoopCore loop, @Nullable Object owner, Runnable body) {
    super(loop, owner, body);
    thread = VirtualThreads.unstarted(this, this::runBody);
  }

  @Override
  public void start() {
    thread.start(); // calls execute, which queues it
  }

  @Override
  public Thread thread() {
    return thread;
  }

  /**
   * Called by the JDK when the thread may go on: by itself after a yield, by whoever unparks it, or
   * by a virtual thread that the body starts and that inherits this scheduler. Any thread, maybe
   * pinned: no lock, no thread creation, nothing that blocks.
   */
  @Override
  public void execute(Runnable runnable) {
    if (continuation == null) {
      continuation = runnable;
    } else if (runnable != continuation) {
      // A thread that the body started: it runs as if started outside. Kept here, the JDK's socket
      // pollers, started lazily by the first blocking read, would die with this loop.
      VirtualThreads.defaultScheduler().execute(runnable);
      return;
    } else if (yielding) {
      yielding = false;
      return;
    }
    loop.runnable(this);
  }

  @Override
  void mount() {
    Runnable steps = present(continuation);
    if (!suspended) {
      steps.run();
      return;
    }
    resumed = false;
    steps.run();
    while (!resumed) { // nothing ran: the JDK keeps the thread still while it takes its stack
      Thread.onSpinWait();
      steps.run();
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // yield is what gives the carrier back
  void giveBack() {
    yielding = true;
    if (Thread.currentThread() == thread) {
      Thread.yield();
    } else {
      VirtualThreads.yieldAfresh();
    }
    resumed = true;
    if (yielding) {
      yielding = false;
      throw PinnedException.at(owner);
    }
  }

  @Override
  public void beginForeign() {}

  @Override
  public void endForeign() {}

  @Override
  void handOver() {
    VirtualThreads.defaultScheduler().execute(present(continuation));
  }
}
