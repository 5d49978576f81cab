package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.ExceptionGroup;
import io.greenloop.Task;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The way to one of several addresses. Loop room, in a task. */
final class Connecting {
  /** Makes one connection; closes what it has opened if that fails. */
  @FunctionalInterface
  interface Attempt {
    SocketChannel connect(SocketAddress remote, @Nullable InetSocketAddress local)
        throws IOException;
  }

  private final ConnectOptions options;
  private final Attempt attempt;
  private final ConnectFailures failures;

  Connecting(ConnectOptions options, Attempt attempt) {
    this.options = options;
    this.attempt = attempt;
    failures = new ConnectFailures(options);
  }

  /**
   * A connected channel in non-blocking mode.
   *
   * @throws java.net.UnknownHostException if a name has no address
   * @throws IOException if no address answers; it lists all that were tried
   * @throws CancelledError if the task is cancelled while it waits; no socket is left behind
   */
  static SocketChannel open(ConnectOptions options) throws IOException {
    Sockets.currentLoop("connect");
    return new Connecting(options, Connecting::connectOne).connect();
  }

  SocketChannel connect() throws IOException {
    List<SocketAddress> remotes = Resolving.all(EventLoop.current(), options.remotes());
    List<InetSocketAddress> locals = locals();
    Duration delay = options.happyEyeballs().orElse(null);
    return delay == null || remotes.size() == 1
        ? oneByOne(remotes, locals)
        : race(Interleaving.ofFamilies(remotes), locals, delay);
  }

  // ---- candidates --------------------------------------------------------------------------

  private List<InetSocketAddress> locals() throws IOException {
    InetSocketAddress local = options.localAddress().orElse(null);
    return local == null ? List.of() : Resolving.all(EventLoop.current(), local);
  }

  // ---- attempts ----------------------------------------------------------------------------

  private SocketChannel oneByOne(List<SocketAddress> remotes, List<InetSocketAddress> locals)
      throws IOException {
    for (SocketAddress remote : remotes) {
      try {
        return toOne(remote, locals);
      } catch (IOException e) {
        failures.add(e);
      }
    }
    throw failures.combined();
  }

  private SocketChannel race(
      List<SocketAddress> remotes, List<InetSocketAddress> locals, Duration delay)
      throws IOException {
    List<SocketChannel> connected = new ArrayList<>();
    List<Callable<SocketChannel>> attempts = new ArrayList<>();
    for (SocketAddress remote : remotes) {
      attempts.add(
          () -> {
            Aio.currentTask().ifPresent(t -> t.setName("connect to " + AddressTexts.of(remote)));
            SocketChannel channel = toOne(remote, locals);
            connected.add(channel);
            return channel;
          });
    }
    try {
      SocketChannel winner = Aio.staggeredRace(delay, attempts);
      connected.remove(winner);
      return winner;
    } catch (ExceptionGroup none) {
      for (Throwable failure : none.exceptions()) {
        if (!(failure instanceof IOException e)) {
          throw none;
        }
        failures.add(e);
      }
      throw failures.combined();
    } catch (CancelledError all) {
      if (Aio.currentTask().map(Task::cancelRequests).orElse(0) > 0) {
        throw all;
      }
      throw new SocketTimeoutException(options + ": every attempt was cancelled");
    } finally {
      connected.forEach(Sockets::closeQuietly); // a second one, or the caller was cancelled
    }
  }

  private SocketChannel toOne(SocketAddress remote, List<InetSocketAddress> locals)
      throws IOException {
    if (options.localAddress().isEmpty()) {
      return toOne(remote, (InetSocketAddress) null);
    }
    IOException unbound = null;
    for (InetSocketAddress local : locals) {
      if (isOfFamily(local.getAddress(), remote)) {
        try {
          return toOne(remote, local);
        } catch (BindException e) { // another local address may be free
          unbound = e;
        }
      }
    }
    throw unbound != null
        ? unbound
        : new BindException(
            "connect to "
                + AddressTexts.of(remote)
                + " from "
                + AddressTexts.of(locals)
                + ": the local address is of another family");
  }

  private static boolean isOfFamily(InetAddress local, SocketAddress remote) {
    return remote instanceof InetSocketAddress internet
        && (local.isAnyLocalAddress() || local.getClass() == internet.getAddress().getClass());
  }

  private SocketChannel toOne(SocketAddress remote, @Nullable InetSocketAddress local)
      throws IOException {
    try {
      return attempt.connect(remote, local);
    } catch (IOException e) {
      throw ConnectFailures.named(remote, local, e);
    }
  }

  private static SocketChannel connectOne(SocketAddress remote, @Nullable InetSocketAddress local)
      throws IOException {
    SelectorProvider channels = Sockets.currentLoop("connect").network().channels();
    SocketChannel channel =
        remote instanceof InetSocketAddress
            ? channels.openSocketChannel()
            : channels.openSocketChannel(StandardProtocolFamily.UNIX);
    try {
      channel.configureBlocking(false);
      if (local != null) {
        channel.bind(local);
      }
      Sockets.connect(channel, remote);
      return channel;
    } catch (Throwable e) {
      Sockets.close(channel);
      throw e;
    }
  }
}
