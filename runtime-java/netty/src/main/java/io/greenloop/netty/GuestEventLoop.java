package io.greenloop.netty;

import io.greenloop.EventLoop;
import io.greenloop.reactor.GuestSeat;
import io.greenloop.reactor.LoopGuest;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Netty's event loop, driven by ours. Carrier room, but for what any thread may call. */
final class GuestEventLoop extends ManualIoEventLoop implements LoopGuest {
  /** How long an end waits for tasks that are still submitted. */
  private static final long END_MILLIS = 1000;

  private final GuestIoHandler handler;
  private final Runnable ended;

  private GuestEventLoop(GuestIoHandler handler, Runnable ended) {
    super(null, executor -> handler);
    this.handler = handler;
    this.ended = ended;
  }

  /**
   * One on the thread of {@code loop}, which runs the caller.
   *
   * @param ended called when it has ended
   */
  static GuestEventLoop on(EventLoop loop, Runnable ended) {
    var handler = new GuestIoHandler();
    var guest = new GuestEventLoop(handler, ended);
    GuestSeat seat = loop.host(guest);
    guest.setOwningThread(seat.thread());
    handler.sit(seat);
    return guest;
  }

  @Override
  public void run() {
    runNow();
    if (isTerminated()) {
      handler.seat().leave();
      ended.run();
    }
  }

  @Override
  public long nextDelayNanos() {
    if (isShuttingDown()) {
      return 0; // it has to be driven to its end
    }
    long delay = nextScheduledTaskNano();
    return delay < 0 ? Long.MAX_VALUE : delay;
  }

  @Override
  public void end() {
    Future<?> terminated = shutdownGracefully(0, END_MILLIS, TimeUnit.MILLISECONDS);
    while (!terminated.isDone()) {
      runNow();
    }
    ended.run();
  }
}
