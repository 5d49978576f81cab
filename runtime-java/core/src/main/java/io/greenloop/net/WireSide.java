package io.greenloop.net;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a wire that stands on another one: what it wants to hear from below, and who
 * wants to hear from it. Loop room, but for what a {@link ReadyListener} hears on the bare carrier.
 */
final class WireSide extends Interest {
  /** Who wants to hear from the wire above. */
  @Nullable ReadyListener listener;

  private final LoopCore loop;
  private final Wire below;
  private final Direction direction;
  private final Runnable ready;
  private final Consumer<IOException> failed;

  /**
   * @param ready told in an entry of the loop that the wire below may get further
   * @param failed told in an entry that it cannot be listened to
   */
  WireSide(
      LoopCore loop,
      Wire below,
      Direction direction,
      Runnable ready,
      Consumer<IOException> failed) {
    this.loop = loop;
    this.below = below;
    this.direction = direction;
    this.ready = ready;
    this.failed = failed;
  }

  Direction direction() {
    return direction;
  }

  @Override
  void arm() {
    below.listen(direction, this);
  }

  @Override
  void disarm() {
    below.mute(direction);
  }

  @Override
  void queue() {
    loop.ready(ready, null);
  }

  @Override
  void queueFailure(IOException cause) {
    loop.ready((Runnable) () -> failed.accept(cause), null);
  }
}
