package io.greenloop.gevent;

import io.greenloop.Registration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Functions that are told of each greenlet that starts. Any thread. */
public final class GreenletHooks {
  private static final List<Consumer<? super Greenlet<?>>> STARTED = new CopyOnWriteArrayList<>();

  private GreenletHooks() {}

  /**
   * Calls {@code hook} with each greenlet when it is started or scheduled, in the caller of that;
   * each hook once, even if it is added twice (Python: {@code add_spawn_callback}).
   */
  public static Registration addSpawnCallback(Consumer<? super Greenlet<?>> hook) {
    if (!STARTED.contains(hook)) {
      STARTED.add(hook);
    }
    return () -> STARTED.remove(hook);
  }

  /** Takes a hook back; a no-op if it is not there. */
  public static void removeSpawnCallback(Consumer<? super Greenlet<?>> hook) {
    STARTED.remove(hook);
  }

  static void started(Greenlet<?> greenlet) {
    for (Consumer<? super Greenlet<?>> hook : STARTED) {
      hook.accept(greenlet);
    }
  }
}
