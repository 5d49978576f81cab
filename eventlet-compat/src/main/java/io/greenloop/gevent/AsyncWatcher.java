package io.greenloop.gevent;

import io.greenloop.Registration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Fires when another thread asks for it; see {@link Loop#async}. */
public final class AsyncWatcher extends Watcher {
  private final AtomicBoolean sent = new AtomicBoolean();
  private @Nullable Registration expected;

  AsyncWatcher(Hub hub) {
    super(hub);
  }

  @Override
  void begin() {
    if (isRef()) {
      expected = hub().eventLoop().expectPosts();
    }
  }

  @Override
  void end() {
    if (expected != null) {
      expected.remove();
      expected = null;
    }
  }

  /**
   * Makes it fire, in a later turn; several calls before that count as one. Any thread.
   *
   * @throws HubDestroyed if the loop is closed
   */
  public void send() {
    hub().checkAlive("send");
    if (sent.compareAndSet(false, true)) {
      hub().eventLoop().callSoonThreadsafe(this::arrived);
    }
  }

  /** Whether it was asked for and has not fired yet. Any thread. */
  public boolean isPending() {
    return sent.get();
  }

  private void arrived() {
    sent.set(false);
    fire();
  }
}
