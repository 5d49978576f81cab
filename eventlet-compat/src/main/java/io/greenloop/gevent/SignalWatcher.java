package io.greenloop.gevent;

import io.greenloop.Registration;
import org.jspecify.annotations.Nullable;

/** Fires at each signal of one kind; see {@link Loop#signal}. */
public final class SignalWatcher extends Watcher {
  private final String name;
  private @Nullable Registration handler;
  private @Nullable Registration expected;

  SignalWatcher(Hub hub, String name) {
    super(hub);
    this.name = name;
  }

  /** The signal. */
  public String signal() {
    return name;
  }

  @Override
  void begin() {
    handler = hub().loop().signals().add(name, this::fire);
    if (isRef()) {
      expected = hub().eventLoop().expectPosts();
    }
  }

  @Override
  void end() {
    if (handler != null) {
      handler.remove();
      handler = null;
    }
    if (expected != null) {
      expected.remove();
      expected = null;
    }
  }
}
