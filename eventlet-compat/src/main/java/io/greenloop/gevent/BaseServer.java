package io.greenloop.gevent;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What servers have in common: starting, pausing, stopping, and where handlers run (Python: {@code
 * gevent.baseserver.BaseServer}).
 *
 * <p><b>Room:</b> the loop on which it was made.
 */
public abstract class BaseServer implements AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration FIRST_DELAY = Duration.ofMillis(10);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(1);

  private final Hub hub = Hub.of("new server");
  private final Event stopped = new Event();
  private final Spawning spawning;
  private boolean started;
  private boolean closed;
  private @Nullable Closeable channel;
  private @Nullable Greenlet<?> acceptor;

  /** Where handlers run. */
  public sealed interface Spawning {
    /** Each in a greenlet, without a limit. */
    static Spawning unlimited() {
      return new Unlimited();
    }

    /** Each in a member of {@code pool}; while that is full, nothing is accepted. */
    static Spawning in(Pool pool) {
      return new Pooled(pool);
    }

    /** Each in a member of a pool of {@code most}. */
    static Spawning atMost(int most) {
      return new Pooled(new Pool(most));
    }

    /** In the hub: a handler must not wait. */
    static Spawning inline() {
      return new Inline();
    }
  }

  private record Unlimited() implements Spawning {}

  private record Pooled(Pool pool) implements Spawning {}

  private record Inline() implements Spawning {}

  BaseServer(Spawning spawning) {
    this.spawning = spawning;
  }

  final Hub hub() {
    return hub;
  }

  // ---- for subclasses ----------------------------------------------------------------------

  /** Binds: makes the channel on which others call. */
  abstract Closeable open() throws IOException;

  /** Waits for one that calls, and hands it to {@link #handle}. */
  abstract void acceptOne() throws IOException;

  /** Whether {@code failure} of an accept means that there will be no more; others are retried. */
  protected boolean isFatalError(IOException failure) {
    return failure instanceof ClosedChannelException;
  }

  /** Calls {@code handler} where this server's handlers run; waits while there is no room. */
  final void handle(io.greenloop.ThrowingRunnable handler) {
    switch (spawning) {
      case Unlimited _ -> Gevent.spawn(handler);
      case Pooled(Pool pool) -> pool.spawn(handler);
      case Inline _ ->
          hub.runCallback(
              () -> {
                try {
                  handler.run();
                } catch (Throwable thrown) {
                  hub.handleError(this, thrown);
                }
              });
    }
  }

  // ---- its life ----------------------------------------------------------------------------

  /**
   * Binds, and begins to accept; returns at once. A no-op once it is started.
   *
   * @throws java.net.BindException if the address is taken
   * @throws IllegalStateException after {@link #stop}
   */
  public void start() throws IOException {
    if (closed) {
      throw new IllegalStateException("start: " + this + " was stopped; make a new one");
    }
    if (!started) {
      channel = open();
      started = true;
      startAccepting();
    }
  }

  /** Accepts (again). */
  public void startAccepting() {
    if (started && acceptor == null) {
      Greenlet<?> accepting = Gevent.spawn(this::accept);
      accepting.setName("acceptor of " + getClass().getSimpleName());
      acceptor = accepting;
    }
  }

  /** Accepts no more until {@link #startAccepting}; those who call wait in the backlog. */
  public void stopAccepting() {
    Greenlet<?> accepting = acceptor;
    acceptor = null;
    if (accepting != null) {
      accepting.kill(KillOptions.DEFAULT.nonBlocking());
    }
  }

  private void accept() throws IOException {
    Duration delay = FIRST_DELAY;
    while (started) {
      try {
        if (spawning instanceof Pooled(Pool pool)) {
          pool.awaitAvailable();
        }
        acceptOne();
        delay = FIRST_DELAY;
      } catch (Exception failure) { // also a handler that found no task to run it
        if (!started) {
          return;
        }
        if (failure instanceof IOException io && isFatalError(io)) {
          close();
          throw io;
        }
        hub.handleError(this, failure);
        Gevent.sleep(delay); // file handles may be short: do not spin
        delay =
            delay.multipliedBy(2).compareTo(LONGEST_DELAY) < 0
                ? delay.multipliedBy(2)
                : LONGEST_DELAY;
      }
    }
  }

  /** Starts if it has not, and waits for the end of {@link #stop} (Python: serve_forever). */
  public void serveForever() throws IOException {
    start();
    try {
      stopped.await();
    } finally {
      if (!closed) {
        stop();
      }
    }
  }

  /** {@link #stop(Duration)} with a second. */
  public void stop() {
    stop(STOP_TIMEOUT);
  }

  /**
   * Closes the listener. With a pool: waits for its handlers at most {@code limit}, then kills
   * them. Without one, handlers go on. It cannot be started again.
   */
  public void stop(Duration limit) {
    close();
    if (spawning instanceof Pooled(Pool pool) && !pool.join(limit)) {
      pool.killAll(KillOptions.DEFAULT.timeout(STOP_TIMEOUT));
    }
  }

  /** Closes the listener, and leaves handlers alone. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    started = false;
    stopAccepting();
    Closeable open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException failure) {
        hub.handleError(this, failure);
      }
    }
    stopped.set();
  }

  // ---- looking -----------------------------------------------------------------------------

  /** Whether it is started and not stopped. */
  public boolean isStarted() {
    return started;
  }

  /** Whether it was stopped. */
  public boolean isClosed() {
    return closed;
  }

  /** Whether its pool has no room. */
  public boolean isFull() {
    return spawning instanceof Pooled(Pool pool) && pool.isFull();
  }

  /** Where it listens: the true address once it is started. */
  public abstract SocketAddress address();

  /** Its true port once it is started; -1 for an address without ports. */
  public int serverPort() {
    return address() instanceof InetSocketAddress inet ? inet.getPort() : -1;
  }

  /** {@code host:port}, {@code :port} or {@code port}, as an address. */
  static InetSocketAddress parse(String listener) {
    int colon = listener.lastIndexOf(':');
    String host = colon <= 0 ? "" : listener.substring(0, colon);
    try {
      int port = Integer.parseInt(listener.substring(colon + 1));
      return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    } catch (NumberFormatException wrong) {
      throw new IllegalArgumentException(
          "listener '" + listener + "' (expected host:port, :port or port)", wrong);
    }
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + " on "
        + address()
        + (started ? "" : closed ? " (stopped)" : " (not started)");
  }
}
