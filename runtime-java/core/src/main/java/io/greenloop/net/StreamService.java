package io.greenloop.net;

import io.greenloop.ErrorContext;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import java.util.function.Function;

/** A task for each connection, which lasts as long as the task. */
final class StreamService implements Service {
  private final LoopCore core;
  private final int limit;
  private final Function<? super Stream, ? extends Task<?>> spawner;

  StreamService(LoopCore core, int limit, Function<? super Stream, ? extends Task<?>> spawner) {
    this.core = core;
    this.limit = limit;
    this.spawner = spawner;
  }

  @Override
  public Served begin(SocketChannel accepted, Consumer<? super Served> ended) throws IOException {
    Stream stream = Stream.adopt(core, accepted, limit);
    Task<?> task;
    try {
      task = spawner.apply(stream);
    } catch (Throwable refused) {
      stream.abort();
      throw refused;
    }
    var connection = new Connection(stream, task);
    task.whenDone(
        done -> {
          connection.end();
          ended.accept(connection);
        });
    return connection;
  }

  private static final class Connection implements Served {
    private final Stream stream;
    private final Task<?> task;

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
      task.cancel("the server shuts down");
    }

    /** The handler has ended, and with it the connection. */
    void end() {
      boolean wasClosed = stream.isClosing();
      stream.close();
      Throwable failure = task.isCancelled() ? null : task.exceptionNow();
      if (failure != null && !(wasClosed && failure instanceof StreamClosedException)) {
        task.loop()
            .report(
                ErrorContext.of(
                    "the handler of " + stream + " failed; it is closed", failure, task));
      }
    }
  }
}
