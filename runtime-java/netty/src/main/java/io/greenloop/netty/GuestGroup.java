package io.greenloop.netty;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.Future;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * One event loop in the kind of group that clients ask for by its class, which Netty itself would
 * rather have gone.
 */
@SuppressWarnings("deprecation")
final class GuestGroup extends NioEventLoopGroup {
  /** How the event loop gets past the constructor of the superclass, which asks for it. */
  private record Carrying(GuestEventLoop child) implements Executor {
    @Override
    public void execute(Runnable command) {
      throw new IllegalStateException("nothing of Netty starts a thread here");
    }
  }

  GuestGroup(GuestEventLoop only) {
    super(1, new Carrying(only), SelectorProvider.provider());
  }

  @Override
  protected IoEventLoop newChild(
      Executor executor, IoHandlerFactory ioHandlerFactory, Object... args) {
    return ((Carrying) executor).child();
  }

  /** At once: Netty would sleep on the loop's thread while it waits for quiet. */
  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    return super.shutdownGracefully(0, timeout, unit);
  }
}
