package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.TimerHandle;
import io.greenloop.internal.loop.LoopCore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes of one TLS connection: the first, with who waits for it and for how long at most,
 * and others that may follow. What takes the engine long is done off the loop. Loop room.
 */
final class TlsHandshake {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final LoopCore core;
  private final EventLoop loop;
  private final TlsRecords records;
  private final TlsInput input;
  private final TlsOptions options;
  private final String name;
  private final Runnable goOn;
  private final Consumer<IOException> failed;
  private @Nullable Consumer<@Nullable IOException> listener;
  private @Nullable TimerHandle limit;
  private @Nullable TlsInfo info;
  private boolean busy;

  /**
   * @param name what errors call the connection
   * @param goOn told that the engine may be asked again
   * @param failed told what went wrong off the loop, or that it takes too long
   */
  TlsHandshake(
      LoopCore core,
      TlsRecords records,
      TlsInput input,
      TlsOptions options,
      String name,
      Runnable goOn,
      Consumer<IOException> failed) {
    this.core = core;
    this.loop = (EventLoop) core.face();
    this.records = records;
    this.input = input;
    this.options = options;
    this.name = name;
    this.goOn = goOn;
    this.failed = failed;
  }

  /**
   * Begins the first one.
   *
   * @param remote the other side; its name is the one to check if the options have none
   * @param told is the {@link #listener}
   */
  void begin(SocketAddress remote, Consumer<@Nullable IOException> told) {
    InetSocketAddress internet = remote instanceof InetSocketAddress i ? i : null;
    String host = internet == null ? "" : internet.getHostString();
    int port = internet == null ? -1 : internet.getPort();
    listener = told;
    limit();
    offLoop(() -> options.newEngine(host, port), records::begin);
  }

  /** From now on it may take as long as the options say. */
  void limit() {
    limit =
        loop.callLater(
            options.handshakeTimeout(),
            () -> failed.accept(TlsErrors.handshakeTooLong(name, options)));
  }

  /** Who waits for the end of the first one; null once there is nobody. */
  @Nullable Consumer<@Nullable IOException> listener() {
    return listener;
  }

  /** What was agreed on; null before the end of the first one. */
  @Nullable TlsInfo info() {
    return info;
  }

  /** Whether the engine works off the loop, and must be left alone. */
  boolean isBusy() {
    return busy;
  }

  /**
   * Goes as far as it can.
   *
   * @return whether it is done
   */
  boolean proceed() throws IOException {
    for (; ; ) {
      boolean sent = records.flush();
      switch (records.status()) {
        case NEED_TASK -> {
          runTasks();
          return false;
        }
        case NEED_WRAP -> {
          if (!sent) {
            return false;
          }
          if (records.seal(NOTHING) == TlsRecords.Step.CLOSED) {
            throw new SSLHandshakeException("the other side has ended TLS");
          }
        }
        // Sent or not: two sides that have no room left must not wait for each other.
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (input.hasOpened() || !input.openOne()) {
            return false;
          }
        }
        default -> {
          info = new TlsInfo(records.engine());
          return true;
        }
      }
    }
  }

  private void runTasks() {
    SSLEngine engine = records.engine();
    offLoop(
        () -> {
          TlsRecords.runTasks(engine);
          return 0;
        },
        nothing -> {});
  }

  /** Certificates and keys take their time, which is not the loop's. */
  private <T> void offLoop(Callable<T> job, Consumer<T> use) {
    busy = true;
    LoopFuture<T> working;
    try {
      working = loop.runInExecutor(null, job);
    } catch (RuntimeException refused) { // it is full, or was shut down
      core.ready((Runnable) () -> noEngine(refused), null);
      return;
    }
    working.whenDone(
        done -> {
          Throwable failure = working.exceptionNow();
          if (failure == null) {
            busy = false;
            use.accept(working.getNow());
            goOn.run();
          } else {
            noEngine(failure);
          }
        });
  }

  private void noEngine(Throwable cause) {
    busy = false;
    failed.accept(TlsErrors.noEngine(name, cause));
  }

  /** It is done, or given up: nobody waits any more. */
  void end() {
    listener = null;
    TimerHandle timer = limit;
    if (timer != null) {
      limit = null;
      timer.cancel();
    }
  }
}
