package io.greenloop.net;

import io.greenloop.internal.loop.LoopThread;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** What the tests of this package share. */
final class Loopback {
  private static final int NARROW = 64 * 1024;

  private Loopback() {}

  /** Any free port of the loopback interface. */
  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** Two connected channels in non-blocking mode. */
  static SocketChannel[] pair() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(anyPort());
      var left = SocketChannel.open(listener.getLocalAddress());
      var right = listener.accept();
      left.configureBlocking(false);
      right.configureBlocking(false);
      return new SocketChannel[] {left, right};
    }
  }

  /** {@link #pair}, of which the system holds no more than some 100 KiB, however much it grows. */
  static SocketChannel[] narrowPair() throws IOException {
    SocketChannel[] pair = pair();
    for (SocketChannel each : pair) {
      each.setOption(StandardSocketOptions.SO_SNDBUF, NARROW);
      each.setOption(StandardSocketOptions.SO_RCVBUF, NARROW);
    }
    return pair;
  }

  /** How many bytes have arrived and wait to be read. */
  static int available(SocketChannel channel) throws IOException {
    return channel.socket().getInputStream().available();
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** What {@code buffer} has received so far. */
  static String text(ByteBuffer buffer) {
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
  }

  /** How many waits for channels the running loop knows of. */
  static int interests() {
    return LoopThread.currentLoop().poller().interests();
  }

  /** Whether the running loop keeps {@code channel} for one of its own. */
  static boolean isOwned(SelectableChannel channel) {
    return LoopThread.currentLoop().poller().isOwned(channel);
  }

  /** How often the running loop has asked its reactor. */
  static long polls() {
    return LoopThread.currentLoop().poller().polls();
  }
}
