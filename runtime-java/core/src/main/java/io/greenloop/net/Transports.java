package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
        () -> made(LoopCores.of(loop), Connecting.open(options), null, factory));
  }

  /** See {@link EventLoop#connect(ConnectOptions, TlsOptions, ProtocolFactory)}. */
  public static <P extends Protocol> Task<Connection<P>> connect(
      EventLoop loop, ConnectOptions options, TlsOptions tls, ProtocolFactory<P> factory) {
    tls.require("connect", true);
    TlsOptions named = tls.named(options);
    return loop.spawn(
        TaskOptions.named(options.toString()),
        () -> made(LoopCores.of(loop), Connecting.open(options), named, factory));
  }

  /** See {@link EventLoop#adopt}. */
  public static <P extends Protocol> Task<Connection<P>> adopt(
      EventLoop loop, SocketChannel channel, @Nullable TlsOptions tls, ProtocolFactory<P> factory) {
    if (!channel.isConnected()) {
      throw new IllegalArgumentException("adopt: " + channel + " is not connected");
    }
    LoopCore core = LoopCores.of(loop);
    return adopted(core, channel, () -> made(core, channel, tls, factory));
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
              var transport =
                  transport(
                      core, accepted, options.server().tls(), create(accepted, factory), ended);
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
    return adopted(
        core,
        end,
        () -> {
          P protocol = create(end, factory);
          var transport = new WireTransport(core, Footing.of(core, end), protocol, over -> {});
          return made(transport, protocol);
        });
  }

  /** A task that makes a transport of {@code channel}, or else closes it, unless others have it. */
  private static <P extends Protocol> Task<Connection<P>> adopted(
      LoopCore core, SelectableChannel channel, Callable<Connection<P>> made) {
    var begun = new AtomicBoolean();
    EventLoop loop = (EventLoop) core.face();
    Task<Connection<P>> adopting =
        loop.spawn(
            TaskOptions.named("adopt " + channel),
            () -> {
              begun.set(true);
              core.poller().checkIsFree(channel);
              try {
                return made.call();
              } catch (Throwable e) {
                if (!core.poller().isOwned(channel)) {
                  Sockets.closeQuietly(channel);
                }
                throw e;
              }
            });
    adopting.whenDone(
        done -> {
          if (!begun.get()) { // cancelled before
            Sockets.closeQuietly(channel);
          }
        });
    return adopting;
  }

  private static <P extends Protocol> Connection<P> made(
      LoopCore core, SocketChannel channel, @Nullable TlsOptions tls, ProtocolFactory<P> factory)
      throws IOException {
    P protocol = create(channel, factory);
    return made(transport(core, channel, tls, protocol, over -> {}), protocol);
  }

  private static WireTransport transport(
      LoopCore core,
      SocketChannel channel,
      @Nullable TlsOptions tls,
      Protocol protocol,
      Consumer<? super WireTransport> whenOver)
      throws IOException {
    Footing plain = Footing.of(core, channel);
    if (tls == null) {
      return new WireTransport(core, plain, protocol, whenOver);
    }
    try {
      plain.checkMaySecure("adopt", tls);
    } catch (IllegalArgumentException noName) {
      plain.wire().close();
      throw noName;
    }
    Footing secured = plain.secured(core, ByteBuffer.allocate(0), tls);
    return new WireTransport(core, secured, protocol, whenOver);
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
