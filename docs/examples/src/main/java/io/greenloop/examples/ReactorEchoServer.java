package io.greenloop.examples;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * An echo server by readiness: the loop says "you may read now", and the callback reads. No task,
 * no thread; a connection is an object with a buffer.
 */
public final class ReactorEchoServer implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final EventLoop loop = EventLoop.current();
  private final ServerSocketChannel listener = ServerSocketChannel.open();

  ReactorEchoServer() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    listener.configureBlocking(false);
    loop.addReader(listener, this::onConnections);
  }

  InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  private void onConnections() {
    try {
      for (var channel = listener.accept(); channel != null; channel = listener.accept()) {
        channel.configureBlocking(false);
        new Connection(channel).listen();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // to the loop's exception handler; the server goes on
    }
  }

  @Override
  public void close() throws IOException {
    loop.removeReader(listener);
    listener.close();
  }

  /** Reads until there is something, sends it back, reads again. */
  private final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void listen() {
      buffer.clear();
      loop.addReader(channel, this::onReadable);
    }

    private void onReadable() {
      try {
        int read = channel.read(buffer);
        if (read < 0) {
          hangUp();
        } else if (read > 0) {
          buffer.flip();
          channel.write(buffer);
          if (buffer.hasRemaining()) { // the other side is slow: no more reading until it took this
            loop.removeReader(channel);
            loop.addWriter(channel, this::onWritable);
          } else {
            buffer.clear();
          }
        }
      } catch (IOException e) {
        hangUp();
      }
    }

    private void onWritable() {
      try {
        channel.write(buffer);
        if (!buffer.hasRemaining()) {
          loop.removeWriter(channel);
          listen();
        }
      } catch (IOException e) {
        hangUp();
      }
    }

    private void hangUp() {
      loop.removeReader(channel);
      loop.removeWriter(channel);
      try {
        channel.close();
      } catch (IOException e) {
        // The other side has gone already.
      }
    }
  }

  /** Serves 1,000 connections. */
  public static void main(String[] args) {
    Aio.run(
        () -> {
          try (var server = new ReactorEchoServer()) {
            System.out.println("reactor: " + EchoClients.drive(server.address(), 1000));
          }
        });
  }
}
