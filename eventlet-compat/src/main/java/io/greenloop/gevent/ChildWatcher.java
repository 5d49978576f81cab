package io.greenloop.gevent;

import java.util.OptionalInt;

/** Fires once, when a process has ended; see {@link Loop#child}. */
public final class ChildWatcher extends Watcher {
  private final Process process;
  private int starts;

  ChildWatcher(Hub hub, Process process) {
    super(hub);
    this.process = process;
  }

  /** The process's number. */
  public long pid() {
    return process.pid();
  }

  /** How it ended; empty while it runs. */
  public OptionalInt status() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  @Override
  void begin() {
    int mine = ++starts;
    hub()
        .eventLoop()
        .wrap(process.onExit())
        .whenDone(
            ended -> {
              if (mine == starts) {
                fireLast();
              }
            });
  }

  @Override
  void end() {
    starts++;
  }
}
