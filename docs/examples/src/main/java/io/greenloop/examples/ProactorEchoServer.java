package io.greenloop.examples;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.IntConsumer;

/**
 * An echo server by completion: it says "read into this buffer", and the callback gets what was
 * read. The same protocol as {@link ReactorEchoServer}; who waits for readiness, and how, is the
 * proactor's business.
 */
public final class ProactorEchoServer implements AutoCloseable {
  private static final int BACKLOG = 1024;

  private final Proactor<SocketChannel, ServerSocketChannel> proactor =
      EventLoop.current().proactor();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private Proactor.Operation accepting;

  ProactorEchoServer() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    listener.configureBlocking(false);
    accepting = proactor.accept(listener, new OnConnection());
  }

  InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  @Override
  public void close() throws IOException {
    accepting.cancel();
    listener.close();
  }

  private final class OnConnection implements Completion<SocketChannel> {
    @Override
    public void completed(SocketChannel channel) {
      new Connection(channel).read();
      accepting = proactor.accept(listener, this);
    }

    @Override
    public void failed(IOException cause) {
      // Closed: no more connections.
    }
  }

  /** Reads until there is something, sends it back, reads again. */
  private final class Connection {
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(4096);

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void read() {
      proactor.read(channel, buffer.clear(), onEnd(this::onRead));
    }

    private void onRead(int bytes) {
      if (bytes < 0) {
        hangUp();
      } else {
        proactor.write(channel, buffer.flip(), onEnd(written -> read()));
      }
    }

    private Completion<Integer> onEnd(IntConsumer next) {
      return new Completion<>() {
        @Override
        public void completed(Integer bytes) {
          next.accept(bytes);
        }

        @Override
        public void failed(IOException cause) {
          hangUp();
        }
      };
    }

    private void hangUp() {
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
          try (var server = new ProactorEchoServer()) {
            System.out.println("proactor: " + EchoClients.drive(server.address(), 1000));
          }
        });
  }
}
