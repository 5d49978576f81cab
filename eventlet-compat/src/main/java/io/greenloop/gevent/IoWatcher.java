package io.greenloop.gevent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;

/** Fires while a channel is ready; see {@link Loop#io}. */
public final class IoWatcher extends Watcher {
  private final SelectableChannel channel;
  private final int events;

  IoWatcher(Hub hub, SelectableChannel channel, int events) {
    super(hub);
    if (!channel.isOpen()) {
      throw new IllegalArgumentException("io: " + channel + " is closed (expected open)");
    }
    if (events < Loop.READ || events > (Loop.READ | Loop.WRITE)) {
      throw new IllegalArgumentException("io: events = " + events + " (expected READ or WRITE)");
    }
    this.channel = channel;
    this.events = events;
  }

  /** What it watches for. */
  public int events() {
    return events;
  }

  SelectableChannel channel() {
    return channel;
  }

  @Override
  void begin() {
    try {
      if (channel.isBlocking()) {
        channel.configureBlocking(false);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    hub().loop().watches().add(channel, events, this);
  }

  @Override
  void end() {
    hub().loop().watches().remove(channel, this);
  }
}
