package io.greenloop.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** An engine's own way to read and write does what the channel's does, for every kind of buffer. */
@ParameterizedClass
@MethodSource("io.greenloop.reactor.ReactorContractTest#engines")
@Timeout(60)
class ReadingAndWritingTest {
  private final ReactorProvider provider;
  private final Arena arena = Arena.ofConfined();
  private Reactor reactor;
  private SocketChannel near;
  private SocketChannel far;

  ReadingAndWritingTest(String engine) {
    provider = Reactors.select(engine, Reactors.providers());
  }

  @BeforeEach
  void open() throws IOException {
    reactor = provider.open();
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      near = SocketChannel.open(listener.getLocalAddress());
      far = listener.accept();
    }
    near.configureBlocking(false);
    reactor.update(near, Reactor.READ, "near");
  }

  @AfterEach
  void close() throws IOException {
    reactor.close();
    near.close();
    far.close();
    arena.close();
  }

  @Test
  void everyKindOfBufferIsWrittenFromItsPositionToItsLimit() throws IOException {
    for (ByteBuffer source : buffers()) {
      source.put(ascii("..hello..")).position(2).limit(7);

      assertThat(reactor.write(near, source)).isEqualTo(5);

      assertThat(source.position()).isEqualTo(7);
      assertThat(received(5)).isEqualTo("hello");
    }
  }

  @Test
  void everyKindOfBufferIsReadIntoFromItsPositionToItsLimit() throws IOException {
    for (ByteBuffer target : buffers()) {
      far.write(ByteBuffer.wrap(ascii("hello")));
      awaitReadable();
      target.put(ascii("..........")).position(2).limit(6);

      assertThat(reactor.read(near, target)).isEqualTo(4);
      assertThat(target.position()).isEqualTo(6);
      target.limit(10);
      assertThat(reactor.read(near, target)).isEqualTo(1);

      byte[] all = new byte[10];
      target.rewind().get(all);
      assertThat(new String(all, StandardCharsets.US_ASCII)).isEqualTo("..hello...");
    }
  }

  @Test
  void aReadOnlyBufferIsWrittenAndNotReadInto() throws IOException {
    assertThat(reactor.write(near, ByteBuffer.wrap(ascii("hello")).asReadOnlyBuffer()))
        .isEqualTo(5);
    assertThat(received(5)).isEqualTo("hello");

    assertThatThrownBy(() -> reactor.read(near, ByteBuffer.allocate(1).asReadOnlyBuffer()))
        .isInstanceOfAny(ReadOnlyBufferException.class, IllegalArgumentException.class);
  }

  @Test
  void whatIsTooMuchForTheSystemIsLeftInTheBuffer() throws IOException {
    var large = ByteBuffer.allocate(64 << 20);
    int written = reactor.write(near, large);
    var small = ByteBuffer.allocate(1000);
    while (reactor.write(near, small.clear()) > 0) {
      // until the system takes no more
    }

    assertThat(written).isPositive().isEqualTo(large.position());
    assertThat(small.position()).isZero();
  }

  @Test
  void nothingYetIsZeroAndTheEndIsNegative() throws IOException {
    assertThat(reactor.read(near, ByteBuffer.allocateDirect(10))).isZero();
    assertThat(reactor.read(near, ByteBuffer.allocate(0))).isZero();

    far.close();
    awaitReadable();

    assertThat(reactor.read(near, ByteBuffer.allocate(10))).isEqualTo(-1);
  }

  @Test
  void aResetSaysSo() throws IOException {
    far.setOption(StandardSocketOptions.SO_LINGER, 0);
    far.close();
    awaitReadable();

    assertThatThrownBy(() -> reactor.read(near, ByteBuffer.allocate(10)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Connection reset");
    assertThatThrownBy(() -> reactor.write(near, ByteBuffer.wrap(ascii("hello"))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aClosedChannelIsRefused() throws IOException {
    near.close();

    assertThatThrownBy(() -> reactor.read(near, ByteBuffer.allocate(10)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> reactor.write(near, ByteBuffer.wrap(ascii("hello"))))
        .isInstanceOf(ClosedChannelException.class);
  }

  private List<ByteBuffer> buffers() {
    return List.of(
        ByteBuffer.allocate(10),
        ByteBuffer.allocate(20).position(5).slice(),
        ByteBuffer.allocateDirect(10),
        ByteBuffer.allocateDirect(20).position(5).slice(),
        ByteBuffer.allocateDirect(20).position(5).slice().duplicate(),
        arena.allocate(10).asByteBuffer());
  }

  private void awaitReadable() throws IOException {
    while (reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {}) == 0) {
      // woken for nothing
    }
  }

  private String received(int count) throws IOException {
    var all = ByteBuffer.allocate(count);
    while (all.hasRemaining()) {
      far.read(all);
    }
    return new String(all.array(), StandardCharsets.US_ASCII);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
