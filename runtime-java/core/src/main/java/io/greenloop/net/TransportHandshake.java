package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The TLS handshake that a transport begins with, and who waits for its end. Loop room. */
final class TransportHandshake {
  private final WireTransport transport;
  private final TlsWire tls;
  private @Nullable Consumer<@Nullable Throwable> listener;

  TransportHandshake(WireTransport transport, TlsWire tls) {
    this.transport = transport;
    this.tls = tls;
  }

  /**
   * Begins it.
   *
   * @param told how it ended, once: null, or what it failed by, which has ended the transport
   */
  void begin(Consumer<@Nullable Throwable> told) {
    listener = told;
    tls.begin(
        transport.remoteAddress(),
        failed -> {
          if (failed != null) {
            transport.lose(failed);
          }
          end(failed);
        });
  }

  /** {@link #begin} for a task, which gives the transport. */
  Task<Transport> beginInTask() {
    EventLoop loop = transport.loop();
    Promise<@Nullable Throwable> ended = loop.newPromise();
    begin(ended::tryComplete);
    return loop.spawn(
        TaskOptions.named("start TLS on " + transport),
        () -> {
          Throwable failed = ended.join();
          if (failed != null) {
            throw Thrown.again(failed);
          }
          return transport;
        });
  }

  /** Whether somebody waits for its end. */
  boolean isAwaited() {
    return listener != null;
  }

  /** It has ended, or will not: tells who waits. */
  void end(@Nullable Throwable failed) {
    Consumer<@Nullable Throwable> told = listener;
    if (told != null) {
      listener = null;
      told.accept(failed);
    }
  }
}
