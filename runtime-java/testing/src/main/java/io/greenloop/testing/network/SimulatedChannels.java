package io.greenloop.testing.network;

import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/** Makes the channels of one host. */
final class SimulatedChannels extends SelectorProvider {
  private final SimulatedHost host;

  SimulatedChannels(SimulatedHost host) {
    this.host = host;
  }

  @Override
  public SocketChannel openSocketChannel() {
    return new SimulatedSocket(this, host);
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) {
    checkInternet(family);
    return openSocketChannel();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() {
    return new SimulatedListener(this, host);
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) {
    checkInternet(family);
    return openServerSocketChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel() {
    return new SimulatedDatagrams(this, host);
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) {
    checkInternet(family);
    return openDatagramChannel();
  }

  private static void checkInternet(ProtocolFamily family) {
    if (family == StandardProtocolFamily.UNIX) {
      throw new UnsupportedOperationException("the simulated network has no Unix sockets");
    }
  }

  @Override
  public Pipe openPipe() {
    throw new UnsupportedOperationException("the simulated network has no pipes");
  }

  @Override
  public AbstractSelector openSelector() {
    throw new UnsupportedOperationException("simulated channels are watched by their loop only");
  }
}
