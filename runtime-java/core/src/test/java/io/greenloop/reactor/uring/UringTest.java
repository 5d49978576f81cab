package io.greenloop.reactor.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.EventLoop;
import io.greenloop.LoopOptions;
import io.greenloop.Promise;
import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Network;
import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import io.greenloop.reactor.Transfers;
import io.greenloop.reactor.linux.ChannelInsides;
import io.greenloop.testing.FullMode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
      try (var listener = listener()) {
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
  void allThatBecameReadyIsReportedAtOnce() throws IOException {
    int pairs = 100; // the kernel brings some twenty with a call
    var readers = new ArrayList<Pipe.SourceChannel>();
    var writers = new ArrayList<Pipe.SinkChannel>();
    try (Reactor reactor = provider.open()) {
      for (int i = 0; i < pairs; i++) {
        Pipe pipe = Pipe.open();
        readers.add(pipe.source());
        writers.add(pipe.sink());
        pipe.source().configureBlocking(false);
        reactor.update(pipe.source(), Reactor.READ, pipe.source());
      }
      reactor.poll(0, (channel, ready) -> fail("nothing was written"));
      for (Pipe.SinkChannel each : writers) {
        each.write(ByteBuffer.wrap(new byte[1]));
      }

      var readable = new ArrayList<Object>();
      reactor.poll(0, (channel, ready) -> readable.add(channel));
      assertThat(readable).containsExactlyInAnyOrderElementsOf(readers);
      readable.clear();
      reactor.poll(Long.MAX_VALUE, (channel, ready) -> readable.add(channel));
      assertThat(readable).containsExactlyInAnyOrderElementsOf(readers);
    } finally {
      for (int i = 0; i < readers.size(); i++) {
        readers.get(i).close();
        writers.get(i).close();
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
      reactor.transfers().receive(pair[0], ByteBuffer.allocateDirect(8), true, ends);
      reactor.poll(0, (attachment, ready) -> {});

      pair[0].close();
      while (ends.told.isEmpty()) {
        reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      }
      reactor.transfers().receive(pair[0], ByteBuffer.allocateDirect(8), true, ends);
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
      var transfer =
          reactor.transfers().receive(pair[0], ByteBuffer.allocateDirect(8), false, ends);
      reactor.poll(0, (attachment, ready) -> {});
      pair[1].write(ByteBuffer.wrap("kept".getBytes(StandardCharsets.US_ASCII)));

      transfer.cancel();
      while (ends.told.isEmpty()) {
        reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      }
      assertThat(ends.told).containsExactly("-125");

      var target = ByteBuffer.allocateDirect(8);
      reactor.transfers().receive(pair[0], target, false, ends);
      reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      assertThat(ends.told).containsExactly("-125", "4");
      assertThat(target.position()).isEqualTo(4);
    } finally {
      pair[0].close();
      pair[1].close();
    }
  }

  @Test
  void theKernelGetsNoMemoryThatMovesOrMayEndBeforeItIsDone() throws IOException {
    try (Reactor reactor = provider.open();
        Arena arena = Arena.ofShared()) {
      Transfers transfers = reactor.transfers();
      ByteBuffer direct = ByteBuffer.allocateDirect(8);

      assertThat(List.of(direct, direct.slice(2, 4), direct.duplicate().asReadOnlyBuffer()))
          .allMatch(transfers::takes);
      assertThat(
              List.of(
                  ByteBuffer.allocate(8),
                  arena.allocate(8).asByteBuffer(),
                  arena.allocate(8).asByteBuffer().slice(2, 4),
                  Arena.ofAuto().allocate(8).asByteBuffer()))
          .noneMatch(transfers::takes);
    }
  }

  @Test
  void whatTheKernelDoesNotTakeIsRefused() throws IOException {
    SocketChannel[] pair = pair();
    var ends = new Ends();
    try (Reactor reactor = provider.open()) {
      reactor.transfers().receive(pair[0], ByteBuffer.allocate(8), false, ends);
      reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});

      assertThat(ends.told)
          .containsExactly(
              "java.io.IOException: java.lang.IllegalArgumentException: the kernel may not have"
                  + " java.nio.HeapByteBuffer[pos=0 lim=8 cap=8]");
    } finally {
      pair[0].close();
      pair[1].close();
    }
  }

  @Test
  void readsThatWaitWithBuffersOnTheHeapHoldNoMemoryOutsideOfIt() throws IOException {
    int connections = 100;
    var pairs = new ArrayList<SocketChannel[]>();
    try (EventLoop loop = loop()) {
      for (int i = 0; i < connections; i++) {
        pairs.add(pair());
      }
      long grown = loop.runUntilComplete(() -> grownByReads(pairs));

      assertThat(grown).isLessThan(connections * 1024L);
    } finally {
      for (SocketChannel[] each : pairs) {
        each[0].close();
        each[1].close();
      }
    }
  }

  /** By how much the memory outside of the heap grew while all channels waited. */
  private static long grownByReads(List<SocketChannel[]> pairs) throws IOException {
    var proactor = EventLoop.current().proactor();
    var ends = new ArrayList<Promise<Integer>>();
    long before = memoryOutsideOfTheHeap();
    for (SocketChannel[] each : pairs) {
      Promise<Integer> end = EventLoop.current().newPromise();
      ends.add(end);
      proactor.read(each[0], ByteBuffer.allocate(64 * 1024), completing(end));
    }
    // All are under way when the last has come: they were submitted in this order.
    pairs.getLast()[1].write(ByteBuffer.wrap(new byte[1]));
    assertThat(ends.getLast().join()).isEqualTo(1);
    long grown = memoryOutsideOfTheHeap() - before;
    for (SocketChannel[] each : pairs.subList(0, pairs.size() - 1)) {
      each[1].write(ByteBuffer.wrap(new byte[1]));
    }
    for (Promise<Integer> each : ends) {
      assertThat(each.join()).isEqualTo(1);
    }
    return grown;
  }

  @Test
  void aBufferThatWasChangedWhileTheKernelWorkedOnItFailsItsTransfer() throws IOException {
    SocketChannel[] pair = pair();
    var ends = new Ends();
    try (Reactor reactor = provider.open()) {
      for (Consumer<ByteBuffer> change :
          List.<Consumer<ByteBuffer>>of(each -> each.limit(1), each -> each.position(3))) {
        var target = ByteBuffer.allocateDirect(8);
        reactor.transfers().receive(pair[0], target, true, ends);
        reactor.poll(0, (attachment, ready) -> {});
        change.accept(target);
        pair[1].write(ByteBuffer.wrap("data".getBytes(StandardCharsets.US_ASCII)));
        reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      }

      String told = "java.io.IOException: the buffer was changed while the system worked on it: ";
      assertThat(ends.told)
          .containsExactly(
              told + "java.nio.DirectByteBuffer[pos=0 lim=1 cap=8]",
              told + "java.nio.DirectByteBuffer[pos=3 lim=8 cap=8]");
    } finally {
      pair[0].close();
      pair[1].close();
    }
  }

  // ---- a kernel that has no memory -------------------------------------------------------------

  @Test
  void aKernelWithoutMemoryIsAskedAgainAfterABreath() throws IOException {
    SocketChannel[] pair = pair();
    var rings = new ArrayList<PoorRing>();
    var readable = new ArrayList<Object>();
    try (Reactor reactor = new UringReactor(() -> poorRing(rings))) {
      reactor.update(pair[0], Reactor.READ, "left");
      pair[1].write(ByteBuffer.wrap(new byte[1]));
      rings.getFirst().refusals = 2;
      while (readable.isEmpty()) {
        reactor.poll(Long.MAX_VALUE, (channel, ready) -> readable.add(channel));
      }

      assertThat(readable).containsExactly("left");
      // The waker's poll and the channel's, a breath after each refusal, and both once more.
      assertThat(rings.getFirst().submissions).startsWith(2, 0, 2, 0, 2);
    } finally {
      pair[0].close();
      pair[1].close();
    }
  }

  @Test
  void whatItHasNotTakenOfAClosedChannelIsNotTakenFromTheNextOneWithThatDescriptor()
      throws IOException {
    SocketChannel[] closed = pair();
    var next = new ArrayList<SocketChannel>();
    var rings = new ArrayList<PoorRing>();
    var ends = new Ends();
    try (Reactor reactor = new UringReactor(() -> poorRing(rings));
        ServerSocketChannel listener = listener()) {
      int descriptor = ChannelInsides.descriptor(closed[0]);
      reactor.transfers().receive(closed[0], ByteBuffer.allocateDirect(8), false, ends);
      rings.getFirst().refusals = 1;
      reactor.poll(0, (attachment, ready) -> {});
      closed[0].close();
      rings.getFirst().refusals = 1;
      reactor.poll(0, (attachment, ready) -> {});
      while (next.stream().noneMatch(each -> ChannelInsides.descriptor(each) == descriptor)) {
        assertThat(next).hasSizeLessThan(100);
        next.add(SocketChannel.open(listener.getLocalAddress()));
        next.add(listener.accept());
      }
      for (SocketChannel each : next) {
        each.write(ByteBuffer.wrap("kept".getBytes(StandardCharsets.US_ASCII)));
      }

      while (ends.told.isEmpty()) {
        reactor.poll(Long.MAX_VALUE, (attachment, ready) -> {});
      }
      assertThat(ends.told).containsExactly("-9"); // EBADF
      for (SocketChannel each : next) {
        assertThat(each.read(ByteBuffer.allocate(8))).isEqualTo(4);
      }
    } finally {
      closed[1].close();
      for (SocketChannel each : next) {
        each.close();
      }
    }
  }

  @Test
  void anEngineIsClosedAlthoughTheKernelHadNoMemoryForWhatWaits() throws IOException {
    SocketChannel[] pair = pair();
    var rings = new ArrayList<PoorRing>();
    try {
      var reactor = new UringReactor(() -> poorRing(rings));
      reactor.update(pair[0], Reactor.READ, "left");
      rings.getFirst().refusals = 1;
      reactor.poll(0, (channel, ready) -> {});
      rings.getFirst().refusals = 1;
      reactor.close();

      assertThat(rings.getFirst().refusals).isZero();
    } finally {
      pair[0].close();
      pair[1].close();
    }
  }

  @Test
  void whatTheRingHasNoRoomForIsNotWaitedFor() throws IOException {
    SocketChannel[] pair = pair();
    var rings = new ArrayList<PoorRing>();
    var ends = new Ends();
    try (var reactor = new UringReactor(() -> poorRing(rings))) {
      reactor.poll(0, (channel, ready) -> {});
      rings.getFirst().isFull = true;
      reactor.transfers().receive(pair[0], ByteBuffer.allocateDirect(8), false, ends);
      reactor.poll(0, (channel, ready) -> {});
      assertThat(ends.told).containsExactly("java.io.IOException: full, on purpose of a test");
      assertThat(reactor.poll(0, (channel, ready) -> {})).isZero();

      reactor.update(pair[0], Reactor.READ, "left");
      var refused = new ArrayList<String>();
      reactor.poll(0, refusals(refused));
      assertThat(refused).containsExactly("left: full, on purpose of a test");
      assertThat(pair[0].isRegistered()).isFalse();
      rings.getFirst().isFull = false;
    } finally { // the close of the engine has come to an end
      pair[0].close();
      pair[1].close();
    }
  }

  private static ReadySink refusals(List<String> told) {
    return new ReadySink() {
      @Override
      public void ready(Object attachment, int readyOps) {
        told.add(attachment + ": " + readyOps);
      }

      @Override
      public void refused(Object attachment, IOException cause) {
        told.add(attachment + ": " + cause.getMessage());
      }
    };
  }

  private static Ring poorRing(List<PoorRing> opened) throws IOException {
    opened.add(new PoorRing());
    return opened.getLast();
  }

  /** One whose kernel runs out of memory when a test wants it. */
  private static final class PoorRing extends Ring {
    int refusals;
    boolean isFull;
    final List<Integer> submissions = new ArrayList<>();

    PoorRing() throws IOException {}

    @Override
    void submit(
        int operation,
        int flags,
        int fd,
        long offset,
        long address,
        int length,
        int opFlags,
        long tag)
        throws IOException {
      if (isFull) {
        throw new IOException("full, on purpose of a test");
      }
      super.submit(operation, flags, fd, offset, address, length, opFlags, tag);
    }

    @Override
    int enter(int count) {
      return refuses(count) ? -EAGAIN : super.enter(count);
    }

    @Override
    int enterAndWait(int count, long nanos) {
      submissions.add(count);
      return refuses(count) ? -EAGAIN : super.enterAndWait(count, nanos);
    }

    private boolean refuses(int count) {
      boolean refuses = count > 0 && refusals > 0;
      refusals -= refuses ? 1 : 0;
      return refuses;
    }
  }

  // ---- helpers ---------------------------------------------------------------------------------

  /** A loop on this engine, whichever is the default. */
  private EventLoop loop() {
    Network network =
        new Network() {
          @Override
          public SelectorProvider channels() {
            return SelectorProvider.provider();
          }

          @Override
          public Reactor openReactor() throws IOException {
            return provider.open();
          }
        };
    return EventLoop.create(LoopOptions.defaults().withNetwork(network));
  }

  private static Completion<Integer> completing(Promise<Integer> end) {
    return new Completion<>() {
      @Override
      public void completed(Integer count) {
        end.complete(count);
      }

      @Override
      public void failed(IOException cause) {
        end.completeExceptionally(cause);
      }
    };
  }

  private static long memoryOutsideOfTheHeap() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static ServerSocketChannel listener() throws IOException {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static SocketChannel[] pair() throws IOException {
    try (var listener = listener()) {
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
