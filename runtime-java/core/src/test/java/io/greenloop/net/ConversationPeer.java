package io.greenloop.net;

import static io.greenloop.net.TlsConversation.named;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.internal.loop.ReadyListener;
import io.greenloop.internal.loop.Watch.Direction;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The other end of a transport: it does nothing by itself, and never waits. */
final class ConversationPeer {
  private static final ReadyListener NOBODY =
      new ReadyListener() {
        @Override
        public void ready() {}

        @Override
        public void failed(IOException cause) {}
      };

  /** The system may take its time to carry bytes even from here to here. */
  private static final long QUIET_NANOS = 20_000_000;

  private final SocketChannel channel;
  private final Wire wire;

  private ConversationPeer(SocketChannel channel, Wire wire) {
    this.channel = channel;
    this.wire = wire;
  }

  static ConversationPeer plain(SocketChannel channel) throws IOException {
    return new ConversationPeer(channel, new SocketWire(LoopThread.currentLoop(), channel));
  }

  /** A client that has shaken hands. */
  static ConversationPeer tls(SocketChannel channel) throws IOException {
    var core = LoopThread.currentLoop();
    ByteBuffer nothing = ByteBuffer.allocate(0);
    var wire =
        new TlsWire(
            core,
            new SocketWire(core, channel),
            nothing,
            nothing,
            named(Certificates.trusting()),
            "the peer");
    Promise<Boolean> shaken = EventLoop.current().newPromise();
    wire.begin(channel.getRemoteAddress(), failed -> shaken.complete(failed == null));
    if (!shaken.join()) {
      throw new AssertionError("no handshake");
    }
    return new ConversationPeer(channel, wire);
  }

  void send(String text) throws IOException {
    wire.tryWrite(Loopback.bytes(text));
  }

  /** Ends its direction, with TLS by {@code close_notify}. */
  void end() throws IOException {
    wire.shutdownOutput();
  }

  /** Ends its direction below TLS. */
  void cut() throws IOException {
    channel.shutdownOutput();
  }

  void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    close();
  }

  void close() {
    wire.close();
  }

  /** How many bytes there were, and how they ended; {@code unsent}: whether some are to come. */
  String drained(BooleanSupplier unsent) {
    ByteBuffer target = ByteBuffer.allocate(1 << 20);
    int count = 0;
    long quietSince = System.nanoTime();
    while (true) {
      @Nullable Integer read = settled(target.clear());
      if (read == null) {
        return count + " reset";
      }
      if (read < 0) {
        return count + " end";
      }
      if (read > 0) {
        count += read;
        quietSince = System.nanoTime();
      } else if (!unsent.getAsBoolean() && System.nanoTime() - quietSince > QUIET_NANOS) {
        return String.valueOf(count);
      }
    }
  }

  /** What there is when everything has settled; null: a reset. */
  private @Nullable Integer settled(ByteBuffer target) {
    try {
      int read = wire.tryRead(target); // of TLS this may be a message of its own
      if (read == 0) {
        wire.listen(Direction.IN, NOBODY);
        ConversationsTest.settle();
        wire.mute(Direction.IN);
        read = wire.tryRead(target);
      }
      return read;
    } catch (IOException e) {
      return null;
    }
  }
}
