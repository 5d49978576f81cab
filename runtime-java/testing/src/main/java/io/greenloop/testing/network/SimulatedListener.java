package io.greenloop.testing.network;

import io.greenloop.reactor.Reactor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A socket that listens. */
final class SimulatedListener extends ServerSocketChannel implements SimulatedChannel {
  private static final int DEFAULT_BACKLOG = 50;

  private final SimulatedHost host;
  private final SimulatedOptions options = new SimulatedOptions();
  private final ArrayDeque<SimulatedSocket> waiting = new ArrayDeque<>();
  private @Nullable InetSocketAddress local;
  private int backlog;

  SimulatedListener(SimulatedChannels provider, SimulatedHost host) {
    super(provider);
    this.host = host;
  }

  @Override
  public int readyOps() {
    return waiting.isEmpty() ? 0 : Reactor.ACCEPT;
  }

  @Override
  public ServerSocketChannel bind(@Nullable SocketAddress address, int most) throws IOException {
    checkOpen();
    InetSocketAddress bound = host.bindable(address);
    host.listen(bound.getPort(), this);
    local = bound;
    backlog = most > 0 ? most : DEFAULT_BACKLOG;
    return this;
  }

  /** Takes a connection in; false if there is no room. */
  boolean offer(SimulatedSocket connection) {
    return waiting.size() < backlog && waiting.add(connection);
  }

  @Override
  public @Nullable SocketChannel accept() throws IOException {
    checkOpen();
    if (local == null) {
      throw new NotYetBoundException();
    }
    return waiting.poll();
  }

  @Override
  protected void implCloseSelectableChannel() {
    InetSocketAddress bound = local;
    if (bound != null) {
      host.listensNoMore(bound.getPort());
    }
    for (SimulatedSocket each : waiting) {
      each.abort();
    }
    waiting.clear();
  }

  @Override
  protected void implConfigureBlocking(boolean block) {}

  @Override
  public @Nullable InetSocketAddress getLocalAddress() throws IOException {
    checkOpen();
    return local;
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    checkOpen();
    options.set(name, value);
    return this;
  }

  @Override
  public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
    checkOpen();
    return options.get(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return Set.of(
        StandardSocketOptions.SO_RCVBUF,
        StandardSocketOptions.SO_REUSEADDR,
        StandardSocketOptions.SO_REUSEPORT);
  }

  @Override
  public ServerSocket socket() {
    throw new UnsupportedOperationException("a simulated channel has no java.net.ServerSocket");
  }

  @Override
  public String toString() {
    return "simulated listener on " + local;
  }
}
