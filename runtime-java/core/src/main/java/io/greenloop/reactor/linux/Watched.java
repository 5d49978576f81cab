package io.greenloop.reactor.linux;

import java.nio.channels.SelectableChannel;

/** One channel that an engine knows, and what is wanted of it. Carrier room. */
public abstract class Watched {
  private final int descriptor;
  Registrations.Key key;
  int interest;
  int holds;
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

  /** Something else than interest goes on: the engine does not let go before {@link #drop}. */
  public final void hold() {
    holds++;
  }

  /** The end of {@link #hold}; to be {@linkplain DescriptorReactor#note noted}. */
  public final void drop() {
    holds--;
  }

  /** Whether the engine has let go of it. */
  public final boolean isGone() {
    return gone;
  }
}
