package io.greenloop.net;

import static io.greenloop.net.Certificates.AUTHORITY;

import io.greenloop.Aio;
import io.greenloop.internal.loop.LoopThread;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;

/**
 * A server of one connection on the JDK's blocking sockets. It does what it is told, on a thread of
 * its own, and reads nothing before.
 */
final class JdkPeer implements AutoCloseable {
  /** What it is told to do. */
  interface Step<T> {
    T on(SSLSocket socket) throws Exception;
  }

  /** How much the system takes for who does not read, about; else it takes more and more. */
  private static final int ROOM = 256 * 1024;

  private final ServerSocket listener;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private final Future<Socket> accepted;
  private final Future<SSLSocket> shaken;

  /**
   * @param prepare sets the socket up, before its first handshake
   */
  JdkPeer(Consumer<SSLSocket> prepare) throws IOException {
    listener = new ServerSocket();
    listener.setReceiveBufferSize(ROOM);
    listener.bind(Loopback.anyPort(), 1);
    accepted = thread.submit(listener::accept);
    shaken = thread.submit(() -> shakeHands(accepted.get(), prepare));
  }

  private static SSLSocket shakeHands(Socket plain, Consumer<SSLSocket> prepare) throws Exception {
    var socket =
        (SSLSocket)
            AUTHORITY
                .context(AUTHORITY.issue("localhost"))
                .getSocketFactory()
                .createSocket(plain, null, true);
    socket.setUseClientMode(false);
    prepare.accept(socket);
    socket.startHandshake();
    return socket;
  }

  /** A channel that is connected to it; its handshake comes next. */
  SocketChannel channel() throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_SNDBUF, ROOM);
    channel.connect(listener.getLocalSocketAddress());
    return channel;
  }

  /** A stream on {@code channel} that has shaken hands with it. */
  static Stream secured(SocketChannel channel, TlsOptions client) throws IOException {
    Stream stream = Stream.adopt(LoopThread.currentLoop(), channel, 1 << 16);
    stream.startTls(TlsConversation.named(client));
    return stream;
  }

  /** Has it do {@code step} behind what it does already. */
  <T> Future<T> begin(Step<T> step) {
    return thread.submit(() -> step.on(shaken.get()));
  }

  /** {@link #begin}, and parks until that is done, which is soon. */
  <T> T does(Step<T> step) {
    Future<T> begun = begin(step);
    return Aio.toThread(() -> begun.get(20, TimeUnit.SECONDS)).join();
  }

  @Override
  public void close() throws IOException {
    thread.shutdownNow();
    listener.close();
    if (accepted.state() == Future.State.SUCCESS) {
      accepted.resultNow().close(); // not TLS's end, which would wait for what goes on there
    }
  }
}
