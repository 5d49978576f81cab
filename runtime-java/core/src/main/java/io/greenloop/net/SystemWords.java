package io.greenloop.net;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * What this system calls the errors that the JDK hands on by their text only, in the language that
 * the process runs in: it is made to say them once. Any thread.
 *
 * @param reset of a write to a connection that the other side has reset; null: it cannot be found
 *     out, then only the English words are known
 * @param brokenPipe of a write that nobody reads
 * @param notOurs of a bind to an address of another machine
 */
record SystemWords(@Nullable String reset, @Nullable String brokenPipe, @Nullable String notOurs) {
  private static final int MOST_WRITES = 1000;

  /** Set aside for documents: no machine has it (RFC 5737). */
  private static final byte[] NOBODYS_ADDRESS = {(byte) 192, 0, 2, 1};

  private static final SystemWords NONE = new SystemWords(null, null, null);

  private static volatile @Nullable SystemWords learnt;

  /**
   * Those of this system; it is asked for the first time when words are met that are not English.
   */
  static SystemWords here() {
    SystemWords words = learnt;
    if (words == null) {
      try {
        words = new SystemWords(resetWords(), brokenPipeWords(), notOursWords());
        learnt = words;
      } catch (IOException noSockets) { // none to be had now: it is asked again
        words = NONE;
      }
    }
    return words;
  }

  private static @Nullable String resetWords() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (var left = SocketChannel.open(listener.getLocalAddress())) {
        reset(listener.accept());
        return refusal(left);
      }
    }
  }

  private static void reset(SocketChannel accepted) throws IOException {
    try (accepted) {
      accepted.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
  }

  private static @Nullable String brokenPipeWords() throws IOException {
    Pipe pipe = Pipe.open();
    try (var sink = pipe.sink()) {
      pipe.source().close();
      return refusal(sink);
    }
  }

  private static @Nullable String refusal(WritableByteChannel channel) {
    for (int i = 0; i < MOST_WRITES; i++) {
      try {
        channel.write(ByteBuffer.allocate(1));
      } catch (IOException refused) {
        return refused.getMessage();
      }
    }
    return null;
  }

  private static @Nullable String notOursWords() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getByAddress(NOBODYS_ADDRESS), 0));
      return null;
    } catch (BindException refused) {
      return refused.getMessage();
    }
  }
}
