package io.greenloop.net;

import io.greenloop.internal.loop.ReadyListener;
import java.io.IOException;

/**
 * The wish to hear that one direction may get further: it is heard once, and can be taken back.
 * Loop room; what is heard comes on the bare carrier, so it is only queued there.
 */
abstract class Interest implements ReadyListener {
  private boolean listens;

  /** Makes this the listener. */
  abstract void arm();

  /** Takes this listener back. */
  abstract void disarm();

  /** Queues what is to be done now. */
  abstract void queue();

  /** Queues what is to be done where nothing can be heard. */
  abstract void queueFailure(IOException cause);

  /** Wants to hear, if it does not yet. */
  final void listen() {
    want(true);
  }

  /** Wants to hear no more. */
  final void mute() {
    want(false);
  }

  final void want(boolean wanted) {
    if (wanted != listens) {
      listens = wanted;
      if (wanted) {
        arm();
      } else {
        disarm();
      }
    }
  }

  @Override
  public final void ready() {
    mute();
    queue();
  }

  @Override
  public final void failed(IOException cause) {
    listens = false;
    queueFailure(cause);
  }
}
