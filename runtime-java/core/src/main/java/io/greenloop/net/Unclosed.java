package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.Rejecting;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/**
 * Reports a transport that can no longer be reached and was never closed, and closes its socket. It
 * must not reach the transport, nor what does: the wire, whose listener that is, and the loop.
 */
final class Unclosed implements Runnable {
  private final WeakReference<LoopCore> core;
  private final SelectableChannel channel;
  private final String name;
  private volatile boolean closed;
  private Cleaner.@Nullable Cleanable watch;

  private Unclosed(LoopCore core, SelectableChannel channel, String name) {
    this.core = new WeakReference<>(core);
    this.channel = channel;
    this.name = name;
  }

  /** The cleaner's thread exists from the first transport on, not before. */
  private static final class Lazy {
    static final Cleaner CLEANER = Cleaner.create();
  }

  static Unclosed watch(
      Transport transport, LoopCore core, SelectableChannel channel, String name) {
    var unclosed = new Unclosed(core, channel, name);
    unclosed.watch = Lazy.CLEANER.register(transport, unclosed);
    return unclosed;
  }

  /** Nothing to report. */
  void closed() {
    closed = true;
    Cleaner.Cleanable cleanable = watch;
    if (cleanable != null) {
      cleanable.clean();
    }
  }

  /** On the cleaner's thread. */
  @Override
  public void run() {
    if (closed) {
      return;
    }
    System.getLogger("io.greenloop")
        .log(
            System.Logger.Level.WARNING,
            "{0} was dropped without being closed; call close or abort on each transport",
            name);
    LoopCore loop = core.get();
    if (loop == null) {
      Sockets.closeQuietly(channel);
    } else {
      Runnable close =
          () -> {
            Sockets.closeQuietly(channel);
            loop.poller().disown(channel);
          };
      loop.post(close, (Rejecting) dropped -> Sockets.closeQuietly(channel));
    }
  }
}
