package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.WaitQueue;
import io.greenloop.internal.loop.Entries;
import io.greenloop.sync.Semaphore;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Listens on one or more addresses and serves each connection: a {@linkplain Streams#startServer
 * task} reads and writes its stream, or a protocol is called back (Python: {@code asyncio.Server}).
 *
 * <pre>{@code
 * try (Server server = Aio.startServer(this::serve, new InetSocketAddress(8080))) {
 *   server.serveForever();
 * }
 * }</pre>
 *
 * <p><b>Room:</b> loop.
 */
public final class Server implements AutoCloseable {
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final List<Listening> sockets;
  private final Service service;
  private final ServerOptions options;
  private final Semaphore places;
  private final List<Task<?>> accepting = new ArrayList<>();
  private final Set<Served> connections = new LinkedHashSet<>(); // by identity: no equals there
  private final WaitQueue<@Nullable Void, @Nullable Void> closeWaiters =
      new WaitQueue<>("the end of a server", (nothing, none) -> {});
  private @Nullable Task<?> forever;
  private boolean closed;

  Server(EventLoop loop, List<Listening> sockets, ServerOptions options, Service service) {
    this.loop = loop;
    this.sockets = sockets;
    this.options = options;
    this.service = service;
    places = new Semaphore(options.maxConnections());
  }

  // ---- serving -----------------------------------------------------------------------------

  /**
   * Begins to accept connections, if it has not begun. Who made the server has called it.
   *
   * @throws IllegalStateException if it is closed
   */
  public void start() {
    check("start");
    if (accepting.isEmpty()) {
      try {
        for (Listening socket : sockets) {
          accepting.add(
              loop.spawn(
                  TaskOptions.named("accept on " + socket.address()),
                  () -> {
                    accept(socket);
                    return null;
                  }));
        }
      } catch (RuntimeException refused) { // too many tasks, a closed loop
        close();
        throw refused;
      }
    }
  }

  /** Whether it accepts connections. */
  public boolean isServing() {
    return !closed && !accepting.isEmpty();
  }

  /** Where it listens, with the real ports; empty once it is closed. */
  public List<SocketAddress> localAddresses() {
    return closed ? List.of() : sockets.stream().map(Listening::address).toList();
  }

  /** How many connections are being served. */
  public int connections() {
    return connections.size();
  }

  /**
   * Starts it and waits. A cancel closes the server, waits until the last connection has ended, and
   * goes on; {@link #close} by somebody else ends the wait with a cancel, too.
   *
   * @throws IllegalStateException if it is closed, or another task is here already
   */
  public void serveForever() {
    check("serveForever");
    Task<?> other = forever;
    if (other != null) {
      throw new IllegalStateException(
          "serveForever on " + this + ": task '" + other.name() + "' is here already");
    }
    start();
    forever = Aio.currentTask().orElse(null);
    try {
      loop.<@Nullable Void>newPromise().join();
    } catch (CancelledError cancelled) {
      close();
      awaitClosed();
      throw cancelled;
    } finally {
      forever = null;
    }
  }

  // ---- the life of a connection ------------------------------------------------------------

  private void accept(Listening socket) {
    for (int inARow = 0; ; inARow++) {
      if (inARow > options.backlog()) { // as many as can have waited: now others may run
        Aio.yieldNow();
        inARow = 0;
      }
      try {
        if (!acceptOne(socket)) {
          socket.awaitConnection(); // without a place, which another socket may need
        }
      } catch (StreamClosedException closedMeanwhile) {
        return;
      } catch (IOException e) {
        if (!(ConnectionErrors.classified("accept", this, e)
            instanceof ConnectionAbortedException)) {
          pauseFor(e);
        }
      }
    }
  }

  /** Serves the next connection as soon as there is a place; false if none waits. */
  private boolean acceptOne(Listening socket) throws IOException {
    places.acquire();
    boolean begun = false;
    try {
      SocketChannel accepted = socket.tryAccept();
      begun = accepted != null && serve(accepted);
      return accepted != null;
    } finally {
      if (!begun) {
        places.release();
      }
    }
  }

  /** No descriptors left, most often: the connections keep waiting, and others may end. */
  private void pauseFor(IOException e) {
    loop.report(
        ErrorContext.of(
            this + " cannot accept connections and tries again in 1 s: " + e.getMessage(), e));
    Aio.sleep(PAUSE_AFTER_FAILURE);
  }

  /** Whether the connection is being served; if not, it is closed. */
  private boolean serve(SocketChannel accepted) {
    try {
      connections.add(service.begin(accepted, this::ended));
      return true;
    } catch (IOException gone) {
      return false;
    } catch (Throwable refused) {
      Entries.report(loop, this + " cannot serve a connection; it is closed", refused);
      return false;
    }
  }

  private void ended(Served connection) {
    connections.remove(connection);
    places.release();
    tellClosed();
  }

  // ---- ending ------------------------------------------------------------------------------

  /** Stops listening at once, and leaves the connections alone. Idempotent. */
  @Override
  public void close() {
    loop.checkRoom("close on " + this);
    if (closed) {
      return;
    }
    closed = true;
    sockets.forEach(Listening::close);
    accepting.forEach(task -> task.cancel("the server was closed"));
    Task<?> waiting = forever;
    if (waiting != null && waiting != Aio.currentTask().orElse(null)) {
      waiting.cancel("the server was closed");
    }
    tellClosed();
  }

  /** Waits until the server is closed and no connection is left (Python: {@code wait_closed}). */
  public void awaitClosed() {
    loop.checkRoom("awaitClosed on " + this);
    if (!isOver()) {
      closeWaiters.park("awaitClosed", null);
    }
  }

  /**
   * {@link #awaitClosed()} with a limit.
   *
   * @return whether it is over; false: the time was up
   */
  public boolean awaitClosed(Duration limit) {
    try {
      Aio.timeout(limit, () -> awaitClosed());
      return true;
    } catch (AsyncTimeoutException timeIsUp) {
      return false;
    }
  }

  /** Closes every connection, behind what it has written. Call {@link #close} before. */
  public void closeClients() {
    loop.checkRoom("closeClients on " + this);
    List.copyOf(connections).forEach(Served::close);
  }

  /** Ends every connection at once; what it has not sent is dropped. */
  public void abortClients() {
    loop.checkRoom("abortClients on " + this);
    List.copyOf(connections).forEach(Served::abort);
  }

  /**
   * The whole end: stops accepting, gives the connections time to end; then cancels the handlers
   * that have not ended, and closes the transports; and at last aborts what is left, and waits for
   * handlers that go on after their cancel, however long they take.
   *
   * @param grace how long each of the first two steps may take; zero cancels and closes at once
   */
  public void shutdown(Duration grace) {
    close();
    if (awaitClosed(grace)) {
      return;
    }
    List.copyOf(connections).forEach(Served::stop);
    if (!awaitClosed(grace)) {
      abortClients();
      awaitClosed();
    }
  }

  private boolean isOver() {
    return closed && connections.isEmpty();
  }

  private void tellClosed() {
    if (isOver()) {
      closeWaiters.serveAll(null);
    }
  }

  private void check(String operation) {
    loop.checkRoom(operation + " on " + this);
    if (closed) {
      throw new IllegalStateException(operation + " on " + this + ": it is closed");
    }
  }

  @Override
  public String toString() {
    return "server on " + sockets.stream().map(s -> String.valueOf(s.address())).toList();
  }
}
