package io.greenloop.internal.loop;

import io.greenloop.internal.vm.HostIdentity;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A strand on a virtual thread of the JDK's scheduler. The carrier hands it a baton and waits until
 * it comes back, so that still only one of them runs.
 *
 * <p>The thread that suspends need not be the one that started: a coroutine hosted by the strand
 * runs on a twin thread, which waits here in its place.
 */
final class PortableStrand extends Strand {
  private final Semaphore go = new Semaphore(0);
  private final Thread thread;
  private boolean started;
  private Thread foreignThread;

  PortableStrand(LoopCore loop, @Nullable Object owner, Runnable body) {
    super(loop, owner, body);
    thread = Thread.ofVirtual().unstarted(this::run);
    foreignThread = thread;
  }

  private void run() {
    HostIdentity.set(this);
    try {
      runBody();
    } finally {
      HostIdentity.set(null);
      loop.carrierGo.release();
    }
  }

  @Override
  public void start() {
    loop.runnable(this);
  }

  @Override
  public Thread thread() {
    return thread;
  }

  @Override
  void mount() {
    if (started) {
      go.release();
    } else {
      started = true;
      thread.start();
    }
    loop.carrierGo.acquireUninterruptibly();
  }

  @Override
  void giveBack() {
    loop.carrierGo.release();
    go.acquireUninterruptibly();
  }

  @Override
  public Thread foreignThread() {
    return foreignThread;
  }

  @Override
  public void beginForeign() {
    foreignThread = Thread.currentThread();
    HostIdentity.set(null);
    loop.carrierGo.release();
  }

  @Override
  public void endForeign() {
    loop.runnable(this);
    go.acquireUninterruptibly();
    if (!loop.isClosed()) { // else it was handed over, and is on no loop any more
      HostIdentity.set(this);
    }
  }

  @Override
  void handOver() {
    go.release();
  }
}
