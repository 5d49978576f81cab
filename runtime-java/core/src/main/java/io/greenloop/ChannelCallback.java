package io.greenloop;

import io.greenloop.internal.loop.Poller;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/** A user's callback for one direction of one channel: queued again each time it is ready. */
final class ChannelCallback implements ReadyListener, Registration {
  private final EventLoop loop;
  private final Watch watch;
  private final Direction direction;
  private final Runnable body;
  private final TaskContext context = TaskContext.current().copy();
  private final @Nullable Task<?> origin;

  /** The entry of the latest readiness. */
  private @Nullable Callback latest;

  /** Whether {@link #latest} still waits for its turn. */
  private boolean queued;

  private ChannelCallback(EventLoop loop, Watch watch, Direction direction, Runnable body) {
    this.loop = loop;
    this.watch = watch;
    this.direction = direction;
    this.body = body;
    this.origin = loop.currentTaskOrNull();
  }

  static Registration add(
      EventLoop loop,
      String operation,
      SelectableChannel channel,
      Direction direction,
      Runnable body) {
    checkChannel(operation, channel, direction);
    if (loop.core().poller().isOwned(channel)) {
      throw new IllegalStateException(
          operation + " on " + channel + ": a transport, a stream or a server owns it");
    }
    Watch watch;
    try {
      watch = loop.core().poller().watch(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(operation + " on " + channel + ": no engine to be had", e);
    }
    ReadyListener former = watch.listener(direction);
    if (former instanceof ChannelCallback callback) {
      callback.remove();
    } else if (former != null) {
      throw new IllegalStateException(
          operation + " on " + channel + ": a task or an operation waits on it already");
    }
    var callback = new ChannelCallback(loop, watch, direction, body);
    watch.listen(direction, callback);
    return callback;
  }

  static boolean remove(EventLoop loop, SelectableChannel channel, Direction direction) {
    Poller poller = loop.core().poller();
    Watch watch = poller.watched(channel);
    return watch != null
        && watch.listener(direction) instanceof ChannelCallback callback
        && callback.remove();
  }

  private static void checkChannel(
      String operation, SelectableChannel channel, Direction direction) {
    if (!channel.isOpen()) {
      throw new IllegalArgumentException(operation + " on " + channel + ": the channel is closed");
    }
    if (channel.isBlocking()) {
      throw new IllegalArgumentException(
          operation
              + " on "
              + channel
              + ": the channel is in blocking mode; call configureBlocking(false) first");
    }
    int wanted =
        direction == Direction.IN
            ? SelectionKey.OP_READ | SelectionKey.OP_ACCEPT
            : SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;
    if ((channel.validOps() & wanted) == 0) {
      throw new IllegalArgumentException(
          operation
              + " on "
              + channel
              + ": the channel cannot be "
              + (direction == Direction.IN ? "read from" : "written to"));
    }
  }

  @Override
  public void ready() {
    if (!queued) {
      queued = true;
      latest = new Callback(this::run, context, origin);
      loop.core().ready(latest, latest);
    }
  }

  private void run() {
    queued = false;
    body.run();
  }

  /** Closed without being removed first: there is nothing to call back about any more. */
  @Override
  public void failed(IOException cause) {
    cancelQueued();
    if (!(cause instanceof ClosedChannelException)) {
      Runnable report = () -> loop.report(ErrorContext.of("cannot watch " + watch, cause));
      loop.core().ready(report, null);
    }
  }

  @Override
  public boolean remove() {
    loop.checkRoom("remove");
    cancelQueued();
    return watch.listener(direction) == this && watch.mute(direction);
  }

  private void cancelQueued() {
    if (latest != null) {
      latest.cancel();
    }
  }
}
