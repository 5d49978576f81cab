package io.greenloop.net;

import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.internal.loop.Entries;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A task for each connection, which lasts until the task has ended and what it wrote is sent. With
 * TLS another one comes before it: nobody sees a connection whose handshake is not done.
 */
final class StreamService implements Service {
  private final LoopCore core;
  private final ServerOptions options;
  private final Function<? super Stream, ? extends Task<?>> spawner;

  StreamService(
      LoopCore core, ServerOptions options, Function<? super Stream, ? extends Task<?>> spawner) {
    this.core = core;
    this.options = options;
    this.spawner = spawner;
  }

  @Override
  public Served begin(SocketChannel accepted, Consumer<? super Served> ended) throws IOException {
    Stream stream = Stream.adopt(core, accepted, options.limit());
    TlsOptions tls = options.tls();
    Connection connection =
        new Connection(
            stream, spawned(stream, tls == null ? spawner : fresh -> shakeHands(fresh, tls)));
    if (tls == null) {
      endWithTask(connection, ended);
    } else {
      connection.task.whenDone(handshake -> shaken(connection, ended));
    }
    return connection;
  }

  private static Task<?> spawned(
      Stream stream, Function<? super Stream, ? extends Task<?>> spawner) {
    try {
      return spawner.apply(stream);
    } catch (Throwable refused) {
      stream.abort();
      throw refused;
    }
  }

  private Task<@Nullable Void> shakeHands(Stream stream, TlsOptions tls) {
    return ((EventLoop) core.face())
        .spawn(
            TaskOptions.named("TLS handshake with " + stream.remoteAddress()),
            () -> {
              stream.startTls(tls);
              return null;
            });
  }

  private void shaken(Connection connection, Consumer<? super Served> ended) {
    Throwable failure = connection.failure();
    if (failure != null || connection.task.isCancelled() || connection.stopped) {
      connection.end(failure == null ? "" : String.valueOf(failure.getMessage()));
      connection.stream.whenOver(() -> ended.accept(connection));
      return;
    }
    try {
      connection.task = spawned(connection.stream, spawner);
    } catch (Throwable refused) {
      connection.stream.whenOver(() -> ended.accept(connection));
      Entries.report(
          core.face(), "no task serves " + connection.stream + "; it is closed", refused);
      return;
    }
    endWithTask(connection, ended);
  }

  private static void endWithTask(Connection connection, Consumer<? super Served> ended) {
    connection.task.whenDone(
        done -> {
          connection.end("the handler of " + connection.stream + " failed");
          connection.stream.whenOver(() -> ended.accept(connection));
        });
  }

  private static final class Connection implements Served {
    final Stream stream;
    Task<?> task;

    /** A handshake that is done cannot be cancelled any more. */
    boolean stopped;

    Connection(Stream stream, Task<?> task) {
      this.stream = stream;
      this.task = task;
    }

    @Override
    public void close() {
      stream.close();
    }

    @Override
    public void abort() {
      stream.abort();
    }

    @Override
    public void stop() {
      stopped = true;
      task.cancel("the server shuts down");
    }

    @Nullable Throwable failure() {
      return task.isCancelled() ? null : task.exceptionNow();
    }

    /**
     * The task has ended, and with it the connection, once what was written is sent.
     *
     * @param what happened, if the task has failed
     */
    void end(String what) {
      boolean wasClosed = stream.isClosing();
      stream.close();
      Throwable failure = failure();
      if (failure != null && !(wasClosed && failure instanceof StreamClosedException)) {
        task.loop().report(ErrorContext.of(what + "; it is closed", failure, task));
      }
    }
  }
}
