package io.greenloop.process;

import io.greenloop.EventLoop;
import io.greenloop.TaskContext;
import io.greenloop.Waiter;
import io.greenloop.internal.loop.Entries;
import io.greenloop.net.StreamClosedException;
import io.greenloop.net.StreamReader;
import io.greenloop.net.StreamWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the pipes of one process for a protocol, and tells it all that happens. Loop room. */
final class ProtocolCalls {
  private static final int CHUNK = 64 * 1024;

  private final EventLoop loop = EventLoop.current();
  private final TaskContext context = TaskContext.current().copy();
  private final AsyncProcess process;
  private final SubprocessProtocol protocol;
  private int unfinished = 1; // the process and each of its pipes

  ProtocolCalls(AsyncProcess process, SubprocessProtocol protocol) {
    this.process = process;
    this.protocol = protocol;
  }

  void begin(
      @Nullable StreamWriter stdin, @Nullable StreamReader stdout, @Nullable StreamReader stderr) {
    unfinished += (stdin == null ? 0 : 1) + (stdout == null ? 0 : 1) + (stderr == null ? 0 : 1);
    tell("connectionMade", () -> protocol.connectionMade(process));
    if (stdin != null) {
      stdin.awaitClosed(new Told<@Nullable Void>(none -> lost(0, null), cause -> lost(0, cause)));
    }
    if (stdout != null) {
      read(1, stdout);
    }
    if (stderr != null) {
      read(2, stderr);
    }
    process.join(new Told<Integer>(code -> exited(stdin), cause -> {}));
  }

  private void read(int fd, StreamReader from) {
    from.read(CHUNK, new Told<byte[]>(data -> came(fd, from, data), cause -> lost(fd, cause)));
  }

  private void came(int fd, StreamReader from, byte[] data) {
    if (data.length == 0) {
      lost(fd, null);
      return;
    }
    try {
      tell("pipeDataReceived", () -> protocol.pipeDataReceived(fd, ByteBuffer.wrap(data)));
    } finally {
      read(fd, from);
    }
  }

  private void lost(int fd, @Nullable Throwable cause) {
    boolean byUs = cause instanceof StreamClosedException;
    IOException reason = !byUs && cause instanceof IOException e ? e : null;
    try {
      tell("pipeConnectionLost", () -> protocol.pipeConnectionLost(fd, reason));
    } finally {
      oneLess();
    }
  }

  private void exited(@Nullable StreamWriter stdin) {
    if (stdin != null) {
      stdin.abort();
    }
    try {
      tell("processExited", protocol::processExited);
    } finally {
      oneLess();
    }
  }

  private void oneLess() {
    if (--unfinished == 0) {
      loop.callSoon(context, () -> tell("connectionLost", protocol::connectionLost));
    }
  }

  private void tell(String callback, Runnable call) {
    try {
      call.run();
    } catch (Throwable thrown) {
      Entries.report(loop, callback + " of the protocol of " + process + " failed", thrown);
    }
  }

  /** Goes on in an entry of its own. */
  private final class Told<T extends @Nullable Object> extends Waiter<T> {
    private final Consumer<T> served;
    private final Consumer<Throwable> failed;

    Told(Consumer<T> served, Consumer<Throwable> failed) {
      this.served = served;
      this.failed = failed;
    }

    @Override
    protected void onServed(T value) {
      loop.callSoon(context, () -> served.accept(value));
    }

    @Override
    protected void onFailed(Throwable failure) {
      loop.callSoon(context, () -> failed.accept(failure));
    }
  }
}
