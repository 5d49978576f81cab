package io.greenloop.internal.loop;

import io.greenloop.internal.vm.HostIdentity;
import io.greenloop.internal.vm.Mode;
import io.greenloop.internal.vm.VirtualThreads;
import org.jspecify.annotations.Nullable;

/** The platform thread that carries one loop: created at its first run, ended by its close. */
public final class LoopThread extends Thread {
  final LoopCore loop;

  LoopThread(LoopCore loop, Runnable body) {
    super(null, body, "greenloop-" + loop.name(), 0, true);
    this.loop = loop;
    setDaemon(true);
  }

  /**
   * The loop whose strand, callback or carrier calls this, or null. Any thread.
   *
   * <p>Asked of the carrier in full mode (under a nanosecond), of the thread's identity in portable
   * mode.
   */
  public static @Nullable LoopCore currentLoop() {
    if (Mode.isFull()) {
      return VirtualThreads.currentCarrier() instanceof LoopThread t ? t.loop : null;
    }
    if (Thread.currentThread() instanceof LoopThread t) {
      return t.loop;
    }
    return HostIdentity.get() instanceof Strand s ? s.loop : null;
  }
}
