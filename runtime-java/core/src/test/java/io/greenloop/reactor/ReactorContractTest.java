package io.greenloop.reactor;

import static io.greenloop.reactor.Reactor.ACCEPT;
import static io.greenloop.reactor.Reactor.CONNECT;
import static io.greenloop.reactor.Reactor.READ;
import static io.greenloop.reactor.Reactor.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What every engine promises, on real loopback sockets. */
@ParameterizedClass
@MethodSource("engines")
@Timeout(60)
class ReactorContractTest {
  private final ReactorProvider provider;
  private final List<AutoCloseable> resources = new ArrayList<>();
  private final List<String> trail = new ArrayList<>();
  private Reactor reactor;

  ReactorContractTest(String engine) {
    provider = Reactors.select(engine, Reactors.providers());
  }

  static List<String> engines() {
    return Reactors.providers().stream()
        .filter(engine -> engine.unavailableBecause().isEmpty())
        .map(ReactorProvider::name)
        .toList();
  }

  @BeforeEach
  void open() throws IOException {
    reactor = provider.open();
  }

  @AfterEach
  void close() throws Exception {
    reactor.close();
    for (AutoCloseable resource : resources) {
      resource.close();
    }
  }

  @Test
  void reportsAcceptConnectWriteAndRead() throws IOException {
    var listener = listener();
    var client = channel();
    reactor.update(listener, ACCEPT, "listener");
    reactor.update(client, CONNECT, "client");

    client.connect(listener.getLocalAddress());
    pollUntil(2);
    assertThat(trail).containsExactlyInAnyOrder("listener " + ACCEPT, "client " + CONNECT);

    assertThat(client.finishConnect()).isTrue();
    var server = keep(listener.accept());
    server.configureBlocking(false);
    reactor.update(client, WRITE, "client");
    trail.clear();
    pollUntil(1);
    assertThat(trail).containsExactly("client " + WRITE);

    reactor.update(client, 0, null);
    reactor.update(server, READ, "server");
    client.write(bytes("x"));
    trail.clear();
    pollUntil(1);
    assertThat(trail).containsExactly("server " + READ);
  }

  @Test
  void reportsAgainUntilTheDataIsTaken() throws IOException {
    var pair = pair();
    reactor.update(pair[0], READ, "a");
    pair[1].write(bytes("x"));

    pollUntil(1);
    poll(0);
    assertThat(trail).containsExactly("a " + READ, "a " + READ);

    pair[0].read(ByteBuffer.allocate(8));
    trail.clear();
    assertThat(poll(0)).isZero();
    assertThat(trail).isEmpty();
  }

  @Test
  void aLaterUpdateReplacesInterestAndAttachment() throws IOException {
    var pair = pair();
    reactor.update(pair[0], READ, "first");
    poll(0);
    reactor.update(pair[0], READ | WRITE, "second");

    pollUntil(1);

    assertThat(trail).containsExactly("second " + WRITE);
  }

  @Test
  void withoutInterestNothingIsReportedAndTheChannelIsFree() throws IOException {
    var pair = pair();
    pair[1].write(bytes("x"));
    reactor.update(pair[0], READ, "a");
    pollUntil(1);
    trail.clear();

    reactor.update(pair[0], 0, null);

    assertThat(poll(0)).isZero();
    assertThat(pair[0].isRegistered()).isFalse();
    pair[0].configureBlocking(true);
  }

  @Test
  void interestMayGoAndComeBackAtAnyPointBetweenPolls() throws IOException {
    var pair = pair();
    pair[1].write(bytes("x"));
    reactor.update(pair[0], READ, "a");
    reactor.update(pair[0], 0, null);
    reactor.update(pair[0], READ, "b");
    pollUntil(1);
    reactor.update(pair[0], 0, null);
    poll(0);
    reactor.update(pair[0], READ, "c");

    pollUntil(1);

    assertThat(trail).containsExactly("b " + READ, "c " + READ);
  }

  @Test
  void dropsInterestOfAnUnknownChannelQuietly() throws IOException {
    reactor.update(channel(), 0, null);

    assertThat(poll(0)).isZero();
  }

  @Test
  void theSinkMayTurnOffAnotherChannelOfTheSamePoll() throws IOException {
    var pair = pair();
    reactor.update(pair[0], WRITE, pair[1]);
    reactor.update(pair[1], WRITE, pair[0]);

    int reports =
        reactor.poll(Long.MAX_VALUE, (other, ready) -> dropInterest((SocketChannel) other));

    assertThat(reports).isEqualTo(1);
  }

  @Test
  void aChannelClosedBehindOurBackIsReportedOnceWithAllItsInterest() throws IOException {
    var pair = pair();
    reactor.update(pair[0], READ, "a");
    poll(0);

    pair[0].close();
    poll(0);
    poll(0);

    assertThat(trail).containsExactly("a " + READ);
  }

  @Test
  void aChannelClosedByTheSinkIsReportedToo() throws IOException {
    var pair = pair();
    reactor.update(pair[0], WRITE, "a");
    reactor.update(pair[1], READ, "b");

    reactor.poll(
        Long.MAX_VALUE,
        (attachment, ready) -> {
          close(pair[1]);
          dropInterest(pair[0]);
        });
    poll(0);
    poll(0);

    assertThat(trail).containsExactly("b " + READ);
  }

  @Test
  void closingWakesAPollThatIsWokenUp() throws Exception {
    var pair = pair();
    reactor.update(pair[0], READ, "a");
    var closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  close(pair[0]);
                  reactor.wakeup();
                });

    pollUntil(1);
    closer.join();

    assertThat(trail).containsExactly("a " + READ);
  }

  @Test
  void theEndOfTheStreamIsReadable() throws IOException {
    var pair = pair();
    reactor.update(pair[0], READ, "a");

    pair[1].close();
    pollUntil(1);

    assertThat(trail).containsExactly("a " + READ);
    assertThat(pair[0].read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }

  @Test
  void aRefusedConnectionIsReported() throws IOException {
    var listener = listener();
    var nobodyThere = listener.getLocalAddress();
    listener.close();
    var client = channel();
    boolean refusedAtOnce = false;
    try {
      client.connect(nobodyThere);
    } catch (ConnectException e) {
      refusedAtOnce = true;
    }
    if (!refusedAtOnce) {
      reactor.update(client, CONNECT, "client");
      pollUntil(1);
      assertThat(trail).containsExactly("client " + CONNECT);
      assertThatThrownBy(client::finishConnect).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aWakeupEndsTheRunningPollOrTheNext() throws Exception {
    reactor.wakeup();
    assertThat(poll(Long.MAX_VALUE)).isZero();

    var begun = new CountDownLatch(1);
    var waker =
        Thread.ofPlatform()
            .start(
                () -> {
                  awaitQuietly(begun);
                  reactor.wakeup();
                });
    begun.countDown();
    assertThat(poll(Long.MAX_VALUE)).isZero();
    waker.join();
  }

  @Test
  void aShortTimeoutIsNeverCutShort() throws IOException {
    long timeout = Duration.ofNanos(300_000).toNanos();
    long start = System.nanoTime();

    poll(timeout);

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout);
  }

  @Test
  void anInterruptEndsThePollAndDoesNotStick() throws IOException {
    Thread.currentThread().interrupt();

    poll(Long.MAX_VALUE);

    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aClosedChannelIsRefused() throws IOException {
    var client = channel();
    client.close();

    assertThatThrownBy(() -> reactor.update(client, READ, "a"))
        .isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aRegisteredChannelThatWasClosedIsRefused() throws IOException {
    var pair = pair();
    reactor.update(pair[0], READ, "a");
    pair[0].close();

    assertThatThrownBy(() -> reactor.update(pair[0], READ, "b"))
        .isInstanceOf(ClosedChannelException.class);
    assertThat(poll(0)).isZero();
  }

  @Test
  void aBlockingChannelIsRefused() throws IOException {
    var client = channel();
    client.configureBlocking(true);

    assertThatThrownBy(() -> reactor.update(client, READ, "a"))
        .isInstanceOf(IllegalBlockingModeException.class);
  }

  @Test
  void anOperationTheChannelLacksIsRefused() throws IOException {
    var listener = listener();

    assertThatThrownBy(() -> reactor.update(listener, READ | WRITE, "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "update: interest = READ|WRITE in a ServerSocketChannelImpl (expected a part of"
                + " ACCEPT)");
  }

  @Test
  void theSocketIsReleasedByTheNextPollAfterClose() throws IOException {
    var pair = pair();
    reactor.update(pair[0], READ, "a");
    poll(0);

    pair[0].close();
    poll(0);

    // A half-closed socket would still take bytes; a released one answers with a reset or an end of
    // stream.
    pair[1].configureBlocking(true);
    assertThat(pair[1].read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThatThrownBy(() -> writeUntilRefused(pair[1])).isInstanceOf(IOException.class);
  }

  @Test
  void afterCloseAWakeupDoesNothingAndCloseMayBeRepeated() throws IOException {
    reactor.close();

    reactor.close();
    reactor.wakeup();
  }

  private int poll(long timeoutNanos) throws IOException {
    return reactor.poll(timeoutNanos, (attachment, ready) -> trail.add(attachment + " " + ready));
  }

  private void pollUntil(int reports) throws IOException {
    while (reports > 0) {
      reports -= poll(Long.MAX_VALUE);
    }
  }

  private void dropInterest(SocketChannel channel) {
    try {
      reactor.update(channel, 0, null);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void writeUntilRefused(SocketChannel channel) throws IOException {
    for (int i = 0; i < 10_000; i++) {
      channel.write(bytes("x"));
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private ServerSocketChannel listener() throws IOException {
    var listener = keep(ServerSocketChannel.open());
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.configureBlocking(false);
    return listener;
  }

  private SocketChannel channel() throws IOException {
    var channel = keep(SocketChannel.open());
    channel.configureBlocking(false);
    return channel;
  }

  private SocketChannel[] pair() throws IOException {
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var left = keep(SocketChannel.open(listener.getLocalAddress()));
      var right = keep(listener.accept());
      left.configureBlocking(false);
      right.configureBlocking(false);
      return new SocketChannel[] {left, right};
    }
  }

  private <T extends AutoCloseable> T keep(T resource) {
    resources.add(resource);
    return resource;
  }
}
