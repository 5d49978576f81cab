package io.greenloop.reactor.linux;

import java.nio.channels.SelectableChannel;

/** One channel that an engine knows, and what is wanted of it. Carrier room. */
public abstract class Watched {
  private final int descriptor;
  Registrations.Key key;
  int interest;
  Object attachment;
  boolean noted;
  boolean gone;

  /** A channel that was just registered. */
  @SuppressWarnings("NullAway.Init") // the rest comes from the reactor, at once
  protected Watched(SelectableChannel channel) {
    descriptor = ChannelInsides.descriptor(channel);
  }

  /** The channel's descriptor; stays open until the engine has let go of it. */
  public final int descriptor() {
    return descriptor;
  }

  /** What is wanted, as the engines' interface counts. */
  public final int interest() {
    return interest;
  }

  /** Whether the engine has let go of it. */
  public final boolean isGone() {
    return gone;
  }
}
