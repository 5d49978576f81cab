package io.greenloop.testing.network;

import io.greenloop.LoopExit;
import io.greenloop.Task;
import io.greenloop.testing.Trail;
import io.greenloop.testing.VirtualClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hosts, each with a loop of its own, and a network between them that exists in memory only: one
 * clock for all, virtual, and one seed for everything that is left to chance.
 *
 * <pre>{@code
 * try (var network = SimulatedNetwork.seeded(7)) {
 *   SimulatedHost server = network.host("server");
 *   SimulatedHost client = network.host("client");
 *   network.link(server, client).latency(ofMillis(40)).loss(0.1);
 *
 *   server.spawn(() -> Aio.startServer(this::serve, new InetSocketAddress(80)));
 *   String answer = network.run(client, () -> ask("server", 80));
 * }
 * }</pre>
 *
 * <p>Streams, servers, transports, datagrams and {@code Sockets} run on it unchanged; TLS does,
 * too, with its crypto on real threads. Segments are cut at random places. There are no Unix
 * sockets, no pipes and no multicast.
 *
 * <p><b>Room:</b> one thread, that of the test: it runs the loops in turns.
 */
public final class SimulatedNetwork implements AutoCloseable {
  private static final long LOOK_NANOS = 100_000;
  private static final long DEFAULT_LATENCY_NANOS = 1_000_000;
  private static final Duration TIME_TO_CLOSE = Duration.ofHours(1);
  private static final int MOST_HOSTS = 250;

  private final VirtualClock clock = new VirtualClock();
  private final SplittableRandom random;
  private final Wires wires = new Wires();
  private final Map<String, SimulatedHost> hosts = new LinkedHashMap<>();
  private final Map<Set<SimulatedHost>, Link> links = new HashMap<>();
  private final Trail trail = new Trail(clock);

  private SimulatedNetwork(long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * An empty network.
   *
   * @param seed decides which packets are lost or late, how streams are cut, and which of the ready
   *     tasks is next; the same one gives the same run
   */
  public static SimulatedNetwork seeded(long seed) {
    return new SimulatedNetwork(seed);
  }

  // ---- building it -------------------------------------------------------------------------

  /**
   * Adds a host.
   *
   * @throws IllegalArgumentException if there is one of that name already
   */
  public SimulatedHost host(String name) {
    if (hosts.containsKey(name) || hosts.size() == MOST_HOSTS) {
      throw new IllegalArgumentException(
          "host '" + name + "': there is one of that name, or there are " + MOST_HOSTS);
    }
    InetAddress address = address(name, 10, 0, 0, hosts.size() + 1);
    var host = new SimulatedHost(this, name, address, clock, random.nextLong());
    hosts.put(name, host);
    return host;
  }

  /** What lies between {@code one} and {@code other}. */
  public Link link(SimulatedHost one, SimulatedHost other) {
    Set<SimulatedHost> both = one == other ? Set.of(one) : Set.of(one, other);
    return links.computeIfAbsent(
        both, ends -> new Link(random, ends.size() == 1 ? 0 : DEFAULT_LATENCY_NANOS));
  }

  private static InetAddress address(String name, int... parts) {
    byte[] bytes = new byte[parts.length];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = (byte) parts[i];
    }
    try {
      return InetAddress.getByAddress(name, bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  InetAddress anyAddress() {
    return address("0.0.0.0", 0, 0, 0, 0);
  }

  InetAddress addressOf(String name) throws UnknownHostException {
    if (name.equals("localhost")) {
      return address(name, 127, 0, 0, 1);
    }
    SimulatedHost host = hosts.get(name);
    if (host == null) {
      throw new UnknownHostException(name + ": no host of the simulated network has that name");
    }
    return host.address();
  }

  /** Whose {@code address} it is, as {@code from} sees it; null: nobody's. */
  @Nullable SimulatedHost hostAt(InetAddress address, SimulatedHost from) {
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      return from;
    }
    for (SimulatedHost each : hosts.values()) {
      if (each.address().equals(address)) {
        return each;
      }
    }
    return null;
  }

  // ---- the trail ---------------------------------------------------------------------------

  /** Adds {@code what} and the time: {@code "a@20"} for 20 ms since the beginning. */
  public void note(@Nullable Object what) {
    trail.note(what);
  }

  /** What has been noted so far, in order. */
  public List<String> trail() {
    return trail.entries();
  }

  /** The time that has passed. */
  public Duration elapsed() {
    return clock.elapsed();
  }

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs all hosts until {@code main}, a task of {@code host}, has ended; the others stay as they
   * are then.
   *
   * @return what {@code main} returns; what it throws is thrown here
   * @throws LoopExit if nothing can happen any more and it still waits
   */
  public <T extends @Nullable Object> T run(SimulatedHost host, Callable<? extends T> main) {
    Task<T> task = host.spawn(main);
    runUntil(task::isDone, Long.MAX_VALUE);
    if (!task.isDone()) {
      throw new LoopExit(
          "nothing can happen any more on the simulated network, and "
              + host
              + " still waits: "
              + task.activity());
    }
    return task.getNow();
  }

  /** Runs for {@code time}: everything that is due by then, and nothing later. */
  public void advance(Duration time) {
    runUntil(() -> false, clock.nanos() + time.toNanos());
  }

  /** Runs until nothing can happen any more. */
  public void runUntilIdle() {
    runUntil(() -> false, Long.MAX_VALUE);
  }

  private void runUntil(BooleanSupplier isOver, long limitNanos) {
    for (; ; ) {
      while (step()) {
        if (isOver.getAsBoolean()) {
          return;
        }
      }
      long next = nextDueNanos();
      if (awaitThreads(Math.min(next, limitNanos))) {
        continue;
      }
      if (next > limitNanos || next == Long.MAX_VALUE) {
        if (limitNanos != Long.MAX_VALUE) {
          clock.advanceTo(limitNanos);
        }
        return;
      }
      clock.advanceTo(next);
    }
  }

  /** What is due now, one turn of each loop; whether there was anything. */
  private boolean step() {
    boolean any = wires.arrive(clock.nanos());
    List<SimulatedHost> turns = new ArrayList<>(hosts.values());
    Collections.shuffle(turns, random);
    for (SimulatedHost host : turns) {
      if (host.hasWork()) {
        host.turn();
        any = true;
      }
    }
    return any;
  }

  private long nextDueNanos() {
    long next = wires.isEmpty() ? Long.MAX_VALUE : wires.nextDueNanos();
    for (SimulatedHost host : hosts.values()) {
      if (host.hasTimer()) {
        next = Math.min(next, host.nextDueNanos());
      }
    }
    return next;
  }

  /**
   * Gives threads outside of the simulation, where there are any, the time up to {@code dueNanos}
   * in real time; whether one has brought something.
   */
  private boolean awaitThreads(long dueNanos) {
    long start = System.nanoTime();
    long patience = dueNanos - clock.nanos();
    while (hosts.values().stream().anyMatch(SimulatedHost::waitsForThreads)) {
      if (hosts.values().stream().anyMatch(SimulatedHost::hasWork)) {
        return true;
      }
      if (System.nanoTime() - start >= patience) {
        return false;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return hosts.values().stream().anyMatch(SimulatedHost::hasWork);
  }

  /** In {@code nanos}, and not before what is under way. */
  void after(long nanos, Runnable action) {
    wires.at(clock.nanos() + nanos, action);
  }

  /** How many bytes the next segment takes, of {@code most}. */
  int segmentSize(int most) {
    return random.nextInt(4) == 0 ? 1 + random.nextInt(most) : most;
  }

  // ---- ending ------------------------------------------------------------------------------

  /**
   * Cancels what is left, lets it end, and closes the loops.
   *
   * @throws AssertionError if errors were reported on one of them that the test has not asked for
   */
  @Override
  public void close() {
    for (SimulatedHost host : hosts.values()) {
      host.loop().allTasks().forEach(task -> task.cancel("the simulated network was closed"));
    }
    BooleanSupplier isOver =
        () -> hosts.values().stream().allMatch(host -> host.loop().allTasks().isEmpty());
    runUntil(isOver, clock.nanos() + TIME_TO_CLOSE.toNanos());
    AssertionError failure = null;
    for (SimulatedHost host : hosts.values()) {
      try {
        host.test().close();
      } catch (AssertionError unexpected) {
        if (failure == null) {
          failure = unexpected;
        } else {
          failure.addSuppressed(unexpected);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
