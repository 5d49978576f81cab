package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import org.jspecify.annotations.Nullable;

/**
 * Ways to a {@link Transport}: {@link EventLoop#connect}, {@link EventLoop#listen} and {@link
 * EventLoop#adopt} say what they do.
 *
 * <p><b>Room:</b> loop.
 */
public final class Transports {
  private Transports() {}

  /** See {@link EventLoop#connect}. */
  public static <P extends Protocol> Task<Connection<P>> connect(
      EventLoop loop, ConnectOptions options, ProtocolFactory<P> factory) {
    return loop.spawn(
        TaskOptions.named(options.toString()),
        () -> made(LoopCores.of(loop), Connecting.open(options), factory));
  }

  /** See {@link EventLoop#adopt}. */
  public static <P extends Protocol> Task<Connection<P>> adopt(
      EventLoop loop, SocketChannel channel, ProtocolFactory<P> factory) {
    if (!channel.isConnected()) {
      throw new IllegalArgumentException("adopt: " + channel + " is not connected");
    }
    LoopCore core = LoopCores.of(loop);
    Task<Connection<P>> adopting =
        loop.spawn(TaskOptions.named("adopt " + channel), () -> made(core, channel, factory));
    adopting.whenDone(done -> closeUnlessOwned(core, channel));
    return adopting;
  }

  /** See {@link EventLoop#listen}. */
  public static Server listen(EventLoop loop, ListenOptions options, ProtocolFactory<?> factory)
      throws IOException {
    LoopCore core = LoopCores.of(loop);
    var server =
        new Server(
            loop,
            Listening.all(core, options.addresses(), options.server()),
            options.server(),
            (accepted, ended) -> {
              var transport = WireTransport.adopt(core, accepted, create(accepted, factory), ended);
              transport.begin(null);
              return transport;
            });
    server.start();
    return server;
  }

  /** See {@link EventLoop#readPipe} and {@link EventLoop#writePipe}. */
  public static <P extends Protocol> Task<Connection<P>> pipe(
      EventLoop loop, AbstractSelectableChannel end, ProtocolFactory<P> factory) {
    LoopCore core = LoopCores.of(loop);
    Task<Connection<P>> adopting =
        loop.spawn(
            TaskOptions.named("adopt " + end),
            () -> {
              P protocol = create(end, factory);
              return made(WireTransport.adopt(core, end, protocol), protocol);
            });
    adopting.whenDone(done -> closeUnlessOwned(core, end));
    return adopting;
  }

  private static void closeUnlessOwned(LoopCore core, SelectableChannel channel) {
    if (!core.poller().isOwned(channel)) { // cancelled before it began
      Sockets.closeQuietly(channel);
    }
  }

  private static <P extends Protocol> Connection<P> made(
      LoopCore core, SocketChannel channel, ProtocolFactory<P> factory) throws IOException {
    P protocol = create(channel, factory);
    return made(WireTransport.adopt(core, channel, protocol, over -> {}), protocol);
  }

  private static <P extends Protocol> Connection<P> made(WireTransport transport, P protocol) {
    Promise<@Nullable Throwable> made = transport.loop().newPromise();
    transport.begin(made::tryComplete);
    Throwable thrown;
    try {
      thrown = made.join();
    } catch (Throwable cancelled) {
      transport.abort();
      throw cancelled;
    }
    if (thrown != null) {
      throw Thrown.again(thrown);
    }
    return new Connection<>(transport, protocol);
  }

  private static <P extends Protocol> P create(
      SelectableChannel channel, ProtocolFactory<P> factory) {
    try {
      return factory.create();
    } catch (Throwable e) {
      Sockets.closeQuietly(channel);
      throw e;
    }
  }
}
