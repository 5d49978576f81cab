package io.greenloop.reactor.linux;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A selector that selects nothing: channels are registered with it so that the JDK tells us of
 * their close, and leaves the descriptor to us until we have taken it off the interest list.
 * Carrier room; a close reports itself from any thread.
 */
final class Registrations extends AbstractSelector {
  private final Runnable onInterrupt;

  /**
   * @param onInterrupt called by the one who interrupts the thread that waits
   */
  Registrations(Runnable onInterrupt) {
    super(SelectorProvider.provider());
    this.onInterrupt = onInterrupt;
  }

  /** Registers {@code channel}, which checks that it is open and in non-blocking mode. */
  Key register(SelectableChannel channel) throws ClosedChannelException {
    return (Key) channel.register(this, 0, null);
  }

  @Override
  protected SelectionKey register(
      AbstractSelectableChannel channel, int ops, @Nullable Object attachment) {
    return new Key(this, channel);
  }

  /** Lets go of the channel: it may become blocking again, or its descriptor is closed now. */
  void release(Key key) {
    deregister(key);
    if (!key.channel.isOpen() && !key.channel.isRegistered()) {
      ChannelInsides.release(key.channel);
    }
  }

  /** The registrations whose channels were closed since the last call. */
  List<Key> takeClosed() {
    Set<SelectionKey> cancelled = cancelledKeys();
    synchronized (cancelled) { // by whoever closes a channel, for as long as it takes to add one
      if (cancelled.isEmpty()) {
        return List.of();
      }
      List<Key> taken = new ArrayList<>();
      for (SelectionKey each : cancelled) {
        taken.add((Key) each);
      }
      cancelled.clear();
      return taken;
    }
  }

  /** From here to {@link #endWait} an interrupt of this thread ends the wait. */
  void beginWait() {
    begin();
  }

  /** The end of {@link #beginWait}; clears the interrupt, which would turn every wait to a spin. */
  void endWait() {
    end();
    Thread.interrupted();
  }

  @Override
  public Selector wakeup() {
    onInterrupt.run();
    return this;
  }

  @Override
  protected void implCloseSelector() {}

  // ---- what a selector that selects nothing has to say ------------------------------------------

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() throws IOException {
    throw new UnsupportedOperationException("selectNow: this selector only keeps registrations");
  }

  @Override
  public int select(long timeoutMillis) throws IOException {
    return selectNow();
  }

  @Override
  public int select() throws IOException {
    return selectNow();
  }

  /** One registered channel; invalid once the channel was closed. */
  static final class Key extends AbstractSelectionKey {
    private final Registrations registrations;
    private final AbstractSelectableChannel channel;

    Key(Registrations registrations, AbstractSelectableChannel channel) {
      this.registrations = registrations;
      this.channel = channel;
    }

    @Override
    public SelectableChannel channel() {
      return channel;
    }

    @Override
    public Selector selector() {
      return registrations;
    }

    @Override
    public int interestOps() {
      return 0;
    }

    @Override
    public SelectionKey interestOps(int ops) {
      return this;
    }

    @Override
    public int readyOps() {
      return 0;
    }
  }
}
