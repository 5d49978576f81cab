package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.WaitQueue;
import io.greenloop.internal.loop.LoopCore;
import io.greenloop.sync.Semaphore;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Listens on one or more addresses and runs a task for each connection (Python: {@code
 * asyncio.Server}).
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
  private static final Duration PAUSE_WITHOUT_DESCRIPTORS = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final LoopCore core;
  private final List<Listening> sockets;
  private final Function<? super Stream, ? extends Task<?>> spawner;
  private final ServerOptions options;
  private final Semaphore places;
  private final List<Task<?>> accepting = new ArrayList<>();
  private final Map<Task<?>, Stream> connections = new LinkedHashMap<>();
  private final WaitQueue<@Nullable Void, @Nullable Void> closeWaiters =
      new WaitQueue<>("the end of a server", (nothing, none) -> {});
  private @Nullable Task<?> forever;
  private boolean closed;

  Server(
      LoopCore core,
      List<Listening> sockets,
      ServerOptions options,
      Function<? super Stream, ? extends Task<?>> spawner) {
    this.core = core;
    this.loop = (EventLoop) core.face();
    this.sockets = sockets;
    this.options = options;
    this.spawner = spawner;
    places = new Semaphore(options.maxConnections());
  }

  // ---- serving -----------------------------------------------------------------------------

  /**
   * Begins to accept connections, if it has not begun. {@code Aio.startServer} has called it.
   *
   * @throws IllegalStateException if it is closed
   */
  public void start() {
    check("start");
    if (accepting.isEmpty()) {
      for (Listening socket : sockets) {
        accepting.add(
            loop.spawn(
                TaskOptions.named("accept on " + socket.address()),
                () -> {
                  accept(socket);
                  return null;
                }));
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

  private void accept(Listening socket) throws IOException {
    for (; ; ) {
      places.acquire();
      boolean handedOn = false;
      try {
        handle(socket.accept());
        handedOn = true;
      } catch (StreamClosedException closedMeanwhile) {
        return;
      } catch (IOException e) { // aborted before it was accepted, or no descriptors left
        if (isShortage(e)) {
          loop.report(
              ErrorContext.of(
                  this + " cannot accept connections and tries again in 1 s: " + e.getMessage(),
                  e));
          Aio.sleep(PAUSE_WITHOUT_DESCRIPTORS);
        }
      } finally {
        if (!handedOn) {
          places.release();
        }
      }
    }
  }

  private static boolean isShortage(IOException e) {
    String text = String.valueOf(e.getMessage());
    return text.contains("Too many open files") || text.contains("No buffer space");
  }

  private void handle(SocketChannel accepted) throws IOException {
    Stream stream = Stream.adopt(core, accepted, options.limit());
    Task<?> task;
    try {
      task = spawner.apply(stream);
    } catch (Throwable refused) {
      stream.abort();
      throw refused;
    }
    connections.put(task, stream);
    task.whenDone(done -> ended(task, stream));
  }

  private void ended(Task<?> task, Stream stream) {
    connections.remove(task);
    places.release();
    boolean wasClosed = stream.isClosing();
    stream.close();
    Throwable failure = task.isCancelled() ? null : task.exceptionNow();
    if (failure != null && !(wasClosed && failure instanceof StreamClosedException)) {
      loop.report(
          ErrorContext.of("the handler of " + stream + " failed; it is closed", failure, task));
    }
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
    List.copyOf(connections.values()).forEach(Stream::close);
  }

  /** Ends every connection at once; what it has not sent is dropped. */
  public void abortClients() {
    loop.checkRoom("abortClients on " + this);
    List.copyOf(connections.values()).forEach(Stream::abort);
  }

  /**
   * The whole end: stops accepting, gives the handlers time to finish, cancels those that have not,
   * and ends what connections are left.
   *
   * @param grace how long handlers may take; zero cancels them at once
   */
  public void shutdown(Duration grace) {
    close();
    if (awaitClosed(grace)) {
      return;
    }
    List.copyOf(connections.keySet()).forEach(task -> task.cancel("the server shuts down"));
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
