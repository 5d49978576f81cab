package io.greenloop.testing.network;

import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopCores;
import io.greenloop.reactor.LoopClock;
import io.greenloop.reactor.Network;
import io.greenloop.reactor.Reactor;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine of a {@link SimulatedNetwork}: a loop, an address, and what is connected to it.
 *
 * <p>Code on its loop uses the network as everywhere: {@code Aio.openConnection("server", 80)}
 * connects to the host of that name, {@code Aio.startServer} listens on this one.
 *
 * <p><b>Room:</b> the thread of the test, or a task of one of the loops.
 */
public final class SimulatedHost {
  private static final int FIRST_FREE_PORT = 49_152;
  private static final int LAST_PORT = 65_535;
  private static final long RETRY_NANOS = 1_000_000_000;

  private final SimulatedNetwork network;
  private final String name;
  private final InetAddress address;
  private final SimulatedChannels channels = new SimulatedChannels(this);
  private final SimulatedReactor reactor = new SimulatedReactor();
  private final TestLoop test;
  private final LoopCore core;
  private final Map<Integer, SimulatedListener> listeners = new HashMap<>();
  private final Map<Integer, SimulatedDatagrams> datagrams = new HashMap<>();
  private final Set<SimulatedSocket> connections = new LinkedHashSet<>();
  private int nextPort = FIRST_FREE_PORT;
  private boolean unplugged;

  SimulatedHost(
      SimulatedNetwork network, String name, InetAddress address, LoopClock clock, long seed) {
    this.network = network;
    this.name = name;
    this.address = address;
    test =
        TestLoop.of(
            LoopOptions.defaults()
                .withName(name)
                .withClock(clock)
                .withScheduleSeed(seed)
                .withNetwork(new View()));
    core = LoopCores.of(test.loop());
  }

  /** The network as the loop of this host sees it. */
  private final class View implements Network {
    @Override
    public SelectorProvider channels() {
      return channels;
    }

    @Override
    public Reactor openReactor() {
      return reactor;
    }

    @Override
    public List<InetAddress> resolve(String host) throws UnknownHostException {
      return List.of(network.addressOf(host));
    }

    @Override
    public boolean isSimulated() {
      return true;
    }
  }

  // ---- what it is --------------------------------------------------------------------------

  /** The name, by which other hosts find it. */
  public String name() {
    return name;
  }

  /** The address. */
  public InetAddress address() {
    return address;
  }

  /** The loop; the network runs it. */
  public EventLoop loop() {
    return test.loop();
  }

  /** The loop with its trail and its reported errors. */
  public TestLoop test() {
    return test;
  }

  SimulatedNetwork network() {
    return network;
  }

  // ---- what a test does to it --------------------------------------------------------------

  /** Starts a task on its loop; it runs when the network does. */
  public <T extends @Nullable Object> Task<T> spawn(Callable<? extends T> body) {
    return test.loop().spawn(body);
  }

  /** Loses all it sends and all that is sent to it, until {@link #plug}. Nobody is told. */
  public void unplug() {
    unplugged = true;
  }

  /** Ends {@link #unplug}. */
  public void plug() {
    unplugged = false;
  }

  /**
   * Forgets its connections as a machine does that starts anew: its own tasks find them reset, the
   * other ends know nothing of it until they send something.
   */
  public void dropConnections() {
    for (SimulatedSocket each : Set.copyOf(connections)) {
      each.reset();
    }
    connections.clear();
  }

  /** How many connections it has, accepted or not. */
  public int connections() {
    return connections.size();
  }

  boolean isUnplugged() {
    return unplugged;
  }

  // ---- running -----------------------------------------------------------------------------

  /** Whether a turn of its loop would do something. */
  boolean hasWork() {
    return core.readyEntries() > 0
        || core.hasPosts()
        || core.poller().hasChanges()
        || reactor.hasReports()
        || (core.pendingTimers() > 0 && core.nextDueNanos() - core.nanos() <= 0);
  }

  void turn() {
    core.stop(); // before a run: one turn
    test.loop().runForever();
  }

  boolean hasTimer() {
    return core.pendingTimers() > 0;
  }

  long nextDueNanos() {
    return core.nextDueNanos();
  }

  /** Whether a thread outside of the simulation may bring a result. */
  boolean waitsForThreads() {
    return core.outsideJobs() > 0 || core.foreignParked() > 0;
  }

  // ---- ports -------------------------------------------------------------------------------

  static InetSocketAddress internet(SocketAddress address) {
    if (!(address instanceof InetSocketAddress internet)) {
      throw new UnsupportedAddressTypeException();
    }
    if (internet.isUnresolved()) {
      throw new UnresolvedAddressException();
    }
    return internet;
  }

  /** {@code wanted} with a real port, if it is an address of this host. */
  InetSocketAddress bindable(@Nullable SocketAddress wanted) throws IOException {
    InetSocketAddress asked =
        wanted == null ? new InetSocketAddress(network.anyAddress(), 0) : internet(wanted);
    InetAddress at = asked.getAddress();
    if (!at.isAnyLocalAddress() && !at.isLoopbackAddress() && !at.equals(address)) {
      throw new BindException("Cannot assign requested address");
    }
    return asked.getPort() == 0 ? new InetSocketAddress(at, freePort()) : asked;
  }

  /** The address that a packet to {@code remote} comes from. */
  InetSocketAddress localFor(@Nullable InetSocketAddress bound, InetAddress remote) {
    int port = bound == null ? freePort() : bound.getPort();
    InetAddress at =
        bound != null && !bound.getAddress().isAnyLocalAddress()
            ? bound.getAddress()
            : remote.isLoopbackAddress() ? remote : address;
    return new InetSocketAddress(at, port);
  }

  private int freePort() {
    do {
      nextPort = nextPort == LAST_PORT ? FIRST_FREE_PORT : nextPort + 1;
    } while (listeners.containsKey(nextPort) || datagrams.containsKey(nextPort));
    return nextPort;
  }

  void listen(int port, SimulatedListener listener) throws BindException {
    if (listeners.putIfAbsent(port, listener) != null) {
      throw new BindException("Address already in use");
    }
  }

  void listensNoMore(int port) {
    listeners.remove(port);
  }

  void receive(int port, SimulatedDatagrams receiver) throws BindException {
    if (datagrams.putIfAbsent(port, receiver) != null) {
      throw new BindException("Address already in use");
    }
  }

  void receivesNoMore(int port) {
    datagrams.remove(port);
  }

  void opened(SimulatedSocket socket) {
    connections.add(socket);
  }

  void closed(SimulatedSocket socket) {
    connections.remove(socket);
  }

  // ---- packets that arrive -----------------------------------------------------------------

  /** {@code client} wants to connect to {@code target}, for the {@code attempt}th time. */
  void connectionAsked(SimulatedSocket client, InetSocketAddress target, int attempt) {
    if (!client.isWaitingToConnect()) {
      return;
    }
    SimulatedListener listener = listeners.get(target.getPort());
    if (listener == null) {
      answer(client, () -> client.fail(new ConnectException("Connection refused")));
      return;
    }
    SimulatedSocket server = SimulatedSocket.accepted(channels, this, client, target);
    if (listener.offer(server)) {
      answer(client, () -> client.established(server));
    } else if (attempt < SimulatedSocket.ATTEMPTS_TO_CONNECT) {
      closed(server);
      network.after(RETRY_NANOS, () -> connectionAsked(client, target, attempt + 1));
    } else {
      closed(server);
      client.fail(new ConnectException("Connection timed out"));
    }
  }

  private void answer(SimulatedSocket client, Runnable arrival) {
    Transmission.reliable(
        network,
        this,
        client.host(),
        SimulatedSocket.ATTEMPTS_TO_CONNECT,
        arrival,
        () -> client.fail(new ConnectException("Connection timed out")));
  }

  void datagram(int port, Consumer<SimulatedDatagrams> arrival) {
    SimulatedDatagrams receiver = datagrams.get(port);
    if (receiver != null) {
      arrival.accept(receiver);
    }
  }

  @Override
  public String toString() {
    return name + " (" + address.getHostAddress() + ")";
  }
}
