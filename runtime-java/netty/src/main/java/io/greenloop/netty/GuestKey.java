package io.greenloop.netty;

import io.netty.channel.nio.NioIoOps;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** The key that Netty's NIO channels ask what they have wanted; there is no selector behind it. */
final class GuestKey extends SelectionKey {
  private final GuestRegistration registration;
  private final SelectableChannel channel;

  GuestKey(GuestRegistration registration, SelectableChannel channel) {
    this.registration = registration;
    this.channel = channel;
  }

  @Override
  public SelectableChannel channel() {
    return channel;
  }

  @Override
  public Selector selector() {
    throw new UnsupportedOperationException(
        "selector of " + channel + ": the loop watches it with an engine of its own");
  }

  @Override
  public boolean isValid() {
    return registration.isValid();
  }

  @Override
  public void cancel() {
    registration.cancel();
  }

  @Override
  public int interestOps() {
    return registration.wanted();
  }

  @Override
  public SelectionKey interestOps(int ops) {
    registration.submit(NioIoOps.valueOf(ops));
    return this;
  }

  @Override
  public int readyOps() {
    return 0; // what is ready is handed to the channel's handle
  }
}
