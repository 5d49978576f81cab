package io.greenloop.netty;

import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.util.Timer;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Netty on the thread of one loop. A client or a server that is given {@link #group}, {@link
 * #timer} and {@link #resolver} has no thread of its own: its channels are watched where the loop
 * waits, and its handlers run there, between two tasks.
 *
 * <pre>{@code
 * Netty netty = Netty.current();
 * Channel channel = Netty.await(
 *     new Bootstrap().group(netty.group()).channel(NioSocketChannel.class).handler(…).connect(host, port));
 * }</pre>
 *
 * <p>A handler must not block; nobody can park there. Tasks may use channels at will: a write of a
 * task is carried out behind its back in the same turn of the loop. Handlers that take long, and
 * the delegated tasks of {@code SslHandler}, belong into an executor, as ever in Netty.
 *
 * <p>It ends with the loop, or by {@code group().shutdownGracefully()}; its channels are closed
 * then. While it lives, no dead-lock of the loop can be proven. Between two runs of the loop it
 * stands still.
 */
public final class Netty {
  private static final Map<EventLoop, Netty> OPEN = new ConcurrentHashMap<>();

  private final GuestEventLoop guest;
  private final GuestGroup group;
  private final LoopTimer timer;
  private @Nullable AddressResolverGroup<InetSocketAddress> resolver;

  private Netty(EventLoop loop) {
    guest = GuestEventLoop.on(loop, () -> OPEN.remove(loop, this));
    group = new GuestGroup(guest);
    timer = new LoopTimer(guest);
  }

  /**
   * That of the running loop; made by the first call.
   *
   * @throws IllegalStateException outside of a loop, or in virtual time, or on a simulated network:
   *     Netty knows neither
   */
  public static Netty current() {
    EventLoop loop = EventLoop.current();
    Netty known = OPEN.get(loop);
    if (known == null) {
      known = new Netty(loop);
      OPEN.put(loop, known);
    }
    return known;
  }

  /** Its event loop, for NIO channels: {@code NioSocketChannel} and its like. Any thread. */
  public IoEventLoop eventLoop() {
    return guest;
  }

  /**
   * Its event loop as a group of one, of the class that clients which check for it want. Its
   * shutdown needs no time of quiet: what it is given for that is not used. Any thread.
   */
  public EventLoopGroup group() {
    return group;
  }

  /** A timer without a thread, in place of {@code HashedWheelTimer}. Any thread. */
  public Timer timer() {
    return timer;
  }

  /**
   * Asks the name servers of the system without a thread, in place of Netty's default, which would
   * hold the loop. Loop.
   */
  public AddressResolverGroup<InetSocketAddress> resolver() {
    AddressResolverGroup<InetSocketAddress> known = resolver;
    if (known == null) {
      known =
          new DnsAddressResolverGroup(
              NioDatagramChannel.class, DnsServerAddressStreamProviders.platformDefault());
      resolver = known;
    }
    return known;
  }

  /**
   * Parks the calling task until {@code future} is done. Netty's own {@code sync} and {@code get}
   * would do so by a monitor, which costs twenty times as much, and throw on the loop's thread. If
   * the task is cancelled meanwhile, so is the future.
   *
   * @return what it came to
   * @throws io.greenloop.CancelledError if the future or the task was cancelled; what the future
   *     failed with, as it is, if it failed
   * @throws IllegalStateException where no task can wait
   */
  public static <T extends @Nullable Object> T await(Future<T> future) {
    return wrap(future).join();
  }

  /**
   * {@code future} as one of the running loop. Cancelling it cancels {@code future}, if that can
   * still be done.
   */
  public static <T extends @Nullable Object> LoopFuture<T> wrap(Future<T> future) {
    EventLoop loop = EventLoop.current();
    Promise<T> promise = loop.newPromise();
    future.addListener(
        done -> {
          if (EventLoop.currentOrNull() == loop) {
            settle(promise, future);
          } else {
            loop.callSoonThreadsafe(() -> settle(promise, future));
          }
        });
    promise.whenDone(
        done -> {
          if (done.isCancelled()) {
            future.cancel(false);
          }
        });
    return promise;
  }

  private static <T extends @Nullable Object> void settle(Promise<T> promise, Future<T> done) {
    Throwable failure = done.cause();
    if (done.isCancelled()) {
      promise.cancel("the future of Netty's was cancelled");
    } else if (failure != null) {
      promise.tryCompleteExceptionally(failure);
    } else {
      promise.tryComplete(done.getNow());
    }
  }
}
