package io.greenloop.net;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.testing.Parity;
import io.greenloop.testing.Seeds;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectingTest {
  private static final InetSocketAddress A = address("192.0.2.1");
  private static final InetSocketAddress B = address("192.0.2.2");
  private static final InetSocketAddress C = address("192.0.2.3");
  private static final InetSocketAddress SIX = address("2001:db8::1");
  private static final InetSocketAddress SIXTH = address("2001:db8::2");

  private static InetSocketAddress address(String literal) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), 80);
  }

  /** A network in which each address answers, or fails, after a time of its own. */
  private static final class FakeNetwork implements Connecting.Attempt {
    private final TestLoop loop;
    private final Map<SocketAddress, Duration> delays = new LinkedHashMap<>();
    private final Map<SocketAddress, Exception> errors = new LinkedHashMap<>();
    private final List<SocketChannel> opened = new ArrayList<>();

    FakeNetwork(TestLoop loop) {
      this.loop = loop;
    }

    FakeNetwork answers(SocketAddress address, long millis) {
      delays.put(address, ofMillis(millis));
      return this;
    }

    FakeNetwork fails(SocketAddress address, long millis, Exception error) {
      errors.put(address, error);
      return answers(address, millis);
    }

    @Override
    public SocketChannel connect(SocketAddress remote, @Nullable InetSocketAddress local)
        throws IOException {
      String name = AddressTexts.of(remote) + (local == null ? "" : " from " + local);
      loop.note("try " + name);
      SocketChannel channel = SocketChannel.open();
      opened.add(channel);
      try {
        Aio.sleep(delays.get(remote));
        switch (errors.get(remote)) {
          case null -> loop.note("connected " + name);
          case IOException e -> throw e;
          case RuntimeException e -> throw e;
          case Exception e -> throw new AssertionError(e);
        }
        return channel;
      } catch (Throwable e) {
        loop.note((e instanceof CancelledError ? "cancelled " : "failed ") + name);
        channel.close();
        throw e;
      }
    }

    long open() {
      return opened.stream().filter(SocketChannel::isOpen).count();
    }
  }

  private static Task<SocketChannel> connect(FakeNetwork network, ConnectOptions options) {
    return Aio.spawn(
        TaskOptions.named("connecting"), () -> new Connecting(options, network).connect());
  }

  // ---- the race ----------------------------------------------------------------------------

  @Test
  @Parity("SOCK-9")
  void theNextAttemptBeginsWhenTheOneBeforeHasTakenItsTimeAndTheWinnerCancelsTheRest() {
    try (var t = TestLoop.virtual()) {
      var network = new FakeNetwork(t).answers(A, 5000).answers(B, 400).answers(C, 400);
      t.run(
          () -> {
            SocketChannel won = connect(network, ConnectOptions.to(A, B, C)).join();
            assertThat(network.opened.indexOf(won)).isEqualTo(1);
            assertThat(won.isOpen()).isTrue();
            assertThat(network.open()).isOne();
            won.close();
          });
      assertThat(t.trail())
          .containsExactly(
              "try 192.0.2.1:80@0",
              "try 192.0.2.2:80@250",
              "try 192.0.2.3:80@500",
              "connected 192.0.2.2:80@650",
              "cancelled 192.0.2.1:80@650",
              "cancelled 192.0.2.3:80@650");
    }
  }

  @Test
  @Parity("SOCK-9")
  void aFailureBeginsTheNextAttemptAtOnce() {
    try (var t = TestLoop.virtual()) {
      var network =
          new FakeNetwork(t).fails(A, 10, new ConnectException("Connection refused")).answers(B, 5);
      t.run(() -> connect(network, ConnectOptions.to(A, B)).join().close());
      assertThat(t.trail())
          .containsExactly(
              "try 192.0.2.1:80@0",
              "failed 192.0.2.1:80@10",
              "try 192.0.2.2:80@10",
              "connected 192.0.2.2:80@15");
    }
  }

  @Test
  @Parity("SOCK-9")
  void theFamiliesTakeTurns() {
    try (var t = TestLoop.virtual()) {
      var network = new FakeNetwork(t);
      for (SocketAddress each : List.of(SIX, SIXTH, A, B, C)) {
        network.fails(each, 1, new ConnectException("Connection refused"));
      }
      t.run(
          () ->
              assertThatThrownBy(connect(network, ConnectOptions.to(SIX, SIXTH, A, B, C))::join)
                  .isInstanceOf(ConnectException.class));
      assertThat(t.trail())
          .filteredOn(line -> line.startsWith("try"))
          .containsExactly(
              "try [2001:db8:0:0:0:0:0:1]:80@0",
              "try 192.0.2.1:80@1",
              "try [2001:db8:0:0:0:0:0:2]:80@2",
              "try 192.0.2.2:80@3",
              "try 192.0.2.3:80@4");
    }
  }

  @Test
  @Parity("SOCK-9")
  void oneByOneWaitsForEachFailure() {
    try (var t = TestLoop.virtual()) {
      var network =
          new FakeNetwork(t)
              .fails(A, 9000, new ConnectException("Connection timed out"))
              .answers(SIX, 1)
              .answers(B, 1);
      t.run(() -> connect(network, ConnectOptions.to(A, SIX, B).oneByOne()).join().close());
      assertThat(t.trail())
          .containsExactly(
              "try 192.0.2.1:80@0",
              "failed 192.0.2.1:80@9000",
              "try [2001:db8:0:0:0:0:0:1]:80@9000",
              "connected [2001:db8:0:0:0:0:0:1]:80@9001");
      assertThat(network.open()).isZero();
    }
  }

  @Test
  @Parity("SOCK-9")
  void anotherDelayMayBeChosen() {
    try (var t = TestLoop.virtual()) {
      var network = new FakeNetwork(t).answers(A, 5000).answers(B, 5000).answers(C, 5000);
      var options = ConnectOptions.to(A, B, C).happyEyeballs(ofMillis(20));
      t.run(() -> connect(network, options).join().close());
      assertThat(t.trail())
          .startsWith("try 192.0.2.1:80@0", "try 192.0.2.2:80@20", "try 192.0.2.3:80@40");
      assertThat(network.open()).isZero();
    }
    assertThatThrownBy(() -> ConnectOptions.to(A).happyEyeballs(ofMillis(-1)))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("happyEyeballs(PT-0.001S): must not be negative");
  }

  @Seeds(60)
  @Parity({"SOCK-8", "SOCK-9"})
  void wheneverItIsCancelledNoSocketIsLeftBehind(long seed) {
    var random = new Random(seed);
    try (var t = TestLoop.virtual(seed)) {
      var network = new FakeNetwork(t);
      for (InetSocketAddress each : List.of(A, SIX, B)) {
        if (random.nextInt(3) == 0) {
          network.fails(each, random.nextInt(4) * 100L, new ConnectException("no"));
        } else {
          network.answers(each, random.nextInt(4) * 100L);
        }
      }
      t.run(
          () -> {
            Task<SocketChannel> connecting =
                connect(network, ConnectOptions.to(A, SIX, B).happyEyeballs(ofMillis(100)));
            Aio.sleep(ofMillis(random.nextInt(5) * 100L));
            for (int i = random.nextInt(4); i > 0; i--) {
              Aio.yieldNow();
            }
            connecting.cancel();
            try {
              connecting.join().close();
            } catch (CancelledError | IOException ended) {
              // either is fine: it may have been over
            }
          });
      assertThat(network.open()).isZero();
    }
  }

  // ---- errors ------------------------------------------------------------------------------

  @Test
  @Parity({"SOCK-8", "AC-base-events.9"})
  void theErrorListsEveryAddressThatWasTried() {
    try (var t = TestLoop.virtual()) {
      var network =
          new FakeNetwork(t)
              .fails(A, 10, new ConnectException("Connection refused"))
              .fails(SIX, 10, new NoRouteToHostException("No route to host"));
      t.run(
          () ->
              assertThatThrownBy(connect(network, ConnectOptions.to(A, SIX))::join)
                  .isExactlyInstanceOf(IOException.class)
                  .hasMessage(
                      "connect to 192.0.2.1:80, [2001:db8:0:0:0:0:0:1]:80: none of 2 addresses"
                          + " answers: connect to 192.0.2.1:80: Connection refused; connect to"
                          + " [2001:db8:0:0:0:0:0:1]:80: No route to host")
                  .satisfies(
                      e ->
                          assertThat(e.getSuppressed())
                              .hasSize(2)
                              .hasAtLeastOneElementOfType(ConnectException.class)
                              .hasAtLeastOneElementOfType(NoRouteToHostException.class)));
      assertThat(network.open()).isZero();
    }
  }

  @Test
  @Parity({"SOCK-8", "AC-base-events.9"})
  void failuresOfOneKindMakeAnErrorOfThatKindAndTheOnlyFailureIsThrownAsItIs() {
    try (var t = TestLoop.virtual()) {
      var network =
          new FakeNetwork(t)
              .fails(A, 10, new ConnectException("Connection refused"))
              .fails(B, 10, new ConnectException("Connection refused"));
      t.run(
          () -> {
            for (var options :
                List.of(ConnectOptions.to(A, B), ConnectOptions.to(A, B).oneByOne())) {
              assertThatThrownBy(connect(network, options)::join)
                  .isExactlyInstanceOf(ConnectException.class)
                  .hasMessage(
                      "connect to 192.0.2.1:80, 192.0.2.2:80: none of 2 addresses answers: connect"
                          + " to 192.0.2.1:80: Connection refused; connect to 192.0.2.2:80:"
                          + " Connection refused");
            }
            assertThatThrownBy(connect(network, ConnectOptions.to(A))::join)
                .isExactlyInstanceOf(ConnectException.class)
                .hasMessage("connect to 192.0.2.1:80: Connection refused")
                .hasNoSuppressedExceptions();
          });
    }
  }

  @Test
  @Parity({"SOCK-9", "AC-base-events.9"})
  void ifEachAttemptWasCancelledTheTimeIsUp() {
    try (var t = TestLoop.virtual()) {
      var network = new FakeNetwork(t).answers(A, 1000).answers(B, 1000);
      t.run(
          () -> {
            Task<SocketChannel> connecting = connect(network, ConnectOptions.to(A, B));
            Aio.sleep(ofMillis(300));
            t.loop().allTasks().stream()
                .filter(task -> task.name().startsWith("connect to "))
                .forEach(Task::cancel);
            assertThatThrownBy(connecting::join)
                .isExactlyInstanceOf(SocketTimeoutException.class)
                .hasMessage("connect to 192.0.2.1:80, 192.0.2.2:80: every attempt was cancelled");
          });
      assertThat(network.open()).isZero();
    }
  }

  @Test
  @Parity("AC-base-events.9")
  void anErrorThatIsNoneOfTheNetworkIsThrownAsItIs() {
    try (var t = TestLoop.virtual()) {
      var network =
          new FakeNetwork(t)
              .fails(A, 10, new UnsupportedOperationException("not here"))
              .answers(B, 10);
      t.run(
          () ->
              assertThatThrownBy(connect(network, ConnectOptions.to(A, B).oneByOne())::join)
                  .isExactlyInstanceOf(UnsupportedOperationException.class)
                  .hasMessage("not here"));
      assertThat(network.open()).isZero();
    }
  }

  @Test
  @Parity("AC-base-events.9")
  void withoutAnAddressThereIsNothingToConnectTo() {
    assertThatThrownBy(ConnectOptions::to)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessage("connect: name an address to connect to");
  }

  // ---- the local address -------------------------------------------------------------------

  @Test
  @Parity("SOCK-10")
  void onlyAddressesOfTheFamilyOfTheLocalOneAreTried() {
    try (var t = TestLoop.virtual()) {
      var network = new FakeNetwork(t).answers(A, 10).answers(SIX, 10);
      t.run(
          () -> {
            connect(network, ConnectOptions.to(SIX, A).localAddress(B)).join().close();
            assertThatThrownBy(connect(network, ConnectOptions.to(SIX).localAddress(B))::join)
                .isExactlyInstanceOf(BindException.class)
                .hasMessage(
                    "connect to [2001:db8:0:0:0:0:0:1]:80 from 192.0.2.2:80: the local address is"
                        + " of another family");
          });
      assertThat(t.trail())
          .containsExactly(
              "try 192.0.2.1:80 from /192.0.2.2:80@0",
              "connected 192.0.2.1:80 from" + " /192.0.2.2:80@10");
    }
  }

  @Test
  @Parity({"SOCK-10", "AC-events.5"})
  void theConnectionComesFromTheLocalAddress() throws IOException {
    try (var listener = ServerSocketChannel.open();
        var reserved = ServerSocketChannel.open()) {
      listener.bind(Loopback.anyPort());
      reserved.bind(Loopback.anyPort());
      var remote = (InetSocketAddress) listener.getLocalAddress();
      var taken = (InetSocketAddress) reserved.getLocalAddress();
      Aio.run(
          () -> {
            var options = ConnectOptions.to(remote).localAddress(Loopback.anyPort());
            try (Stream stream = Streams.openConnection(options)) {
              assertThat(stream.remoteAddress()).isEqualTo(remote);
              assertThat(((InetSocketAddress) stream.localAddress()).getAddress())
                  .isEqualTo(InetAddress.getLoopbackAddress());
            }
            assertThatThrownBy(
                    () -> Streams.openConnection(ConnectOptions.to(remote).localAddress(taken)))
                .isExactlyInstanceOf(BindException.class)
                .hasMessage(
                    "connect to 127.0.0.1:"
                        + remote.getPort()
                        + " from 127.0.0.1:"
                        + taken.getPort()
                        + ": Address already in use");
            assertThat(Loopback.interests()).isZero();
          });
    }
  }

  // ---- real sockets ------------------------------------------------------------------------

  @Test
  @Parity({"SOCK-8", "SOCK-9"})
  void anAddressWithoutAServerDoesNotHoldUpTheOneWithOne() throws IOException {
    SocketAddress nobody;
    try (var closed = ServerSocketChannel.open()) {
      nobody = closed.bind(Loopback.anyPort()).getLocalAddress();
    }
    try (var listener = ServerSocketChannel.open()) {
      listener.bind(Loopback.anyPort());
      Aio.run(
          () -> {
            var options = ConnectOptions.to(nobody, listener.getLocalAddress());
            try (Stream stream = Streams.openConnection(options)) {
              assertThat(stream.remoteAddress()).isEqualTo(listener.getLocalAddress());
            }
            assertThatThrownBy(() -> Streams.openConnection(ConnectOptions.to(nobody)))
                .isExactlyInstanceOf(ConnectException.class)
                .hasMessage(ConnectOptions.to(nobody) + ": Connection refused");
            assertThat(Loopback.interests()).isZero();
          });
    }
  }

  @Test
  void aResetWhileItConnectsIsOneOfItsKind() {
    var there = new InetSocketAddress("127.0.0.1", 9);
    var said = new SocketException("Connection reset by peer");
    assertThat(ConnectFailures.named(there, null, said))
        .isInstanceOf(ConnectionResetException.class)
        .hasMessage("connect to 127.0.0.1:9: Connection reset by peer")
        .hasCause(said);
  }
}
