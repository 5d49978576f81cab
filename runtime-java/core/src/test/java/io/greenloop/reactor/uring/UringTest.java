package io.greenloop.reactor.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.Transfers;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is particular to this engine; the rest is every engine's. */
@FullMode("io_uring needs the flags of full mode")
@EnabledOnOs(OS.LINUX)
class UringTest {
  private final UringReactorProvider provider = new UringReactorProvider();

  @BeforeEach
  void theKernelMayForbidIt() {
    assumeTrue(
        provider.unavailableBecause().isEmpty(), () -> provider.unavailableBecause().orElseThrow());
  }

  @Test
  void moreChannelsThanTheRingHasRoomForAreWatchedAtOnce() throws IOException {
    int pairs = 300; // 1,200 polls; a ring takes 512 at a time
    var channels = new ArrayList<SocketChannel>();
    try (Reactor reactor = provider.open()) {
      try (var listener = ServerSocketChannel.open()) {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        for (int i = 0; i < pairs; i++) {
          channels.add(SocketChannel.open(listener.getLocalAddress()));
          channels.add(listener.accept());
        }
      }
      for (SocketChannel each : channels) {
        each.configureBlocking(false);
        reactor.update(each, Reactor.READ | Reactor.WRITE, each);
      }
      var writable = new ArrayList<Object>();
      reactor.poll(Long.MAX_VALUE, (channel, ready) -> writable.add(channel));
      assertThat(writable).containsExactlyInAnyOrderElementsOf(channels);

      var readable = new ArrayList<Object>();
      for (SocketChannel each : channels) {
        reactor.update(each, Reactor.READ, each);
        each.write(ByteBuffer.wrap(new byte[1]));
      }
      while (readable.size() < channels.size()) {
        reactor.poll(
            Long.MAX_VALUE,
            (channel, ready) -> {
              assertThat(ready).isEqualTo(Reactor.READ);
              readable.add(channel);
              drain((SocketChannel) channel);
            });
      }
      assertThat(readable).containsExactlyInAnyOrderElementsOf(channels);
    } finally {
      for (SocketChannel each : channels) {
        each.close();
      }
    }
  }

  @Test
  void theDescriptorsAndMappingsOfAnEngineGoWithIt() throws IOException {
    provider.open().close();
    long before = resources();
    for (int i = 0; i < 10; i++) {
      Reactor reactor = provider.open();
      reactor.wakeup();
      reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      reactor.close();
    }

    assertThat(resources()).isEqualTo(before);
  }

  @Test
  void theEngineIsClosedOnlyWhenTheKernelIsDoneWithEveryBuffer() throws IOException {
    SocketChannel[] pair = pair();
    var ends = new Ends();
    try (Reactor reactor = provider.open()) {
      reactor.transfers().receive(pair[0], ByteBuffer.allocateDirect(8), false, ends);
      reactor.poll(0, (attachment, ready) -> {});
      assertThat(ends.told).isEmpty();
    } finally {
      pair[0].close();
      pair[1].close();
    }

    assertThat(ends.told).containsExactly("-125");
  }

  @Test
  void aChannelThatIsClosedEndsItsTransfers() throws IOException {
    SocketChannel[] pair = pair();
    var ends = new Ends();
    try (Reactor reactor = provider.open()) {
      reactor.transfers().receive(pair[0], ByteBuffer.allocate(8), true, ends);
      reactor.poll(0, (attachment, ready) -> {});

      pair[0].close();
      while (ends.told.isEmpty()) {
        reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      }
      reactor.transfers().receive(pair[0], ByteBuffer.allocate(8), true, ends);
      reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});

      assertThat(ends.told).containsExactly("-125", "java.nio.channels.ClosedChannelException");
    } finally {
      pair[1].close();
    }
  }

  @Test
  void aTransferThatIsCancelledTakesNothing() throws IOException {
    SocketChannel[] pair = pair();
    var ends = new Ends();
    try (Reactor reactor = provider.open()) {
      var transfer = reactor.transfers().receive(pair[0], ByteBuffer.allocate(8), false, ends);
      reactor.poll(0, (attachment, ready) -> {});
      pair[1].write(ByteBuffer.wrap("kept".getBytes(StandardCharsets.US_ASCII)));

      transfer.cancel();
      while (ends.told.isEmpty()) {
        reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      }
      assertThat(ends.told).containsExactly("-125");

      var target = ByteBuffer.allocate(8);
      reactor.transfers().receive(pair[0], target, false, ends);
      reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      assertThat(ends.told).containsExactly("-125", "4");
      assertThat(target.position()).isEqualTo(4);
    } finally {
      pair[0].close();
      pair[1].close();
    }
  }

  private static SocketChannel[] pair() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SocketChannel[] pair = {SocketChannel.open(listener.getLocalAddress()), listener.accept()};
      for (SocketChannel each : pair) {
        each.configureBlocking(false);
      }
      return pair;
    }
  }

  /** Notes what it is told. */
  private static final class Ends implements Transfers.End {
    final List<String> told = new ArrayList<>();

    @Override
    public void ended(int result) {
      told.add(String.valueOf(result));
    }

    @Override
    public void refused(IOException cause) {
      told.add(cause.toString());
    }
  }

  /** How many rings and eventfds are open, and how many rings are mapped. */
  private static long resources() throws IOException {
    long open;
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      open = descriptors.filter(each -> isOurs(each)).count();
    }
    List<String> mapped = Files.readAllLines(Path.of("/proc/self/maps"));
    return open + mapped.stream().filter(line -> line.contains("io_uring")).count();
  }

  private static boolean isOurs(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.contains("io_uring") || target.contains("eventfd");
    } catch (IOException e) {
      return false; // the listing's own, closed meanwhile
    }
  }

  private static void drain(SocketChannel channel) {
    try {
      channel.read(ByteBuffer.allocate(8));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
