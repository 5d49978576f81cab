package io.greenloop.reactor;

import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/** An engine that watches nothing, and the network that it is the engine of; tests do the rest. */
public abstract class BareReactor implements Reactor, Network {
  @Override
  public void update(SelectableChannel channel, int interest, @Nullable Object attachment) {}

  @Override
  public void wakeup() {}

  @Override
  public String name() {
    return "bare";
  }

  @Override
  public void close() {}

  @Override
  public SelectorProvider channels() {
    return SelectorProvider.provider();
  }

  @Override
  public Reactor openReactor() {
    return this;
  }
}
