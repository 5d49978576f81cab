package io.greenloop.gevent;

import io.greenloop.TaskOptions;

/** Fires once when nothing else is ready; see {@link Loop#idle}. */
public final class IdleWatcher extends Watcher {
  private static final TaskOptions OPTIONS = TaskOptions.DEFAULT.namePrefix("Idle");
  private int starts;

  IdleWatcher(Hub hub) {
    super(hub);
  }

  @Override
  void begin() {
    int mine = ++starts;
    hub()
        .eventLoop()
        .spawn(
            OPTIONS,
            () -> {
              hub().awaitQuiet();
              if (mine == starts) {
                hub().runCallback(this::fireLast);
              }
              return null;
            });
  }

  @Override
  void end() {
    starts++;
  }
}
