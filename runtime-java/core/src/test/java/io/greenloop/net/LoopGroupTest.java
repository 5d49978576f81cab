package io.greenloop.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.LoopClosedException;
import io.greenloop.LoopOptions;
import io.greenloop.reactor.Network;
import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.Reactors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "no SO_REUSEPORT")
class LoopGroupTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** So many connections that all of them on one loop of two would be a wonder: 2 to the -39. */
  private static final int CONNECTIONS = 40;

  @Test
  void connectionsAreSharedOutAndEachStaysOnItsLoop() throws IOException {
    try (LoopGroup group = LoopGroup.start("g", 2)) {
      InetSocketAddress address =
          group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, ANY_PORT);
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        Set<String> ofOne = askThreeTimes(address);
        assertThat(ofOne).hasSize(1);
        seen.addAll(ofOne);
      }

      assertThat(seen).hasSize(2);
    }
  }

  @Test
  void shutdownEndsTheServersAndLeavesTheLoops() throws IOException {
    try (LoopGroup group = LoopGroup.start("g", 2)) {
      InetSocketAddress address =
          group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, ANY_PORT);
      try (var client = new Socket(address.getAddress(), address.getPort())) {
        group.shutdown(Duration.ZERO);

        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
          .isInstanceOf(ConnectException.class);
      assertThat(group.next().submit(() -> "alive").join()).isEqualTo("alive");
    }
  }

  @Test
  void theLoopsComeInTurnsAndEndWithTheGroup() {
    List<EventLoop> loops;
    try (LoopGroup group = LoopGroup.start("g", 3)) {
      loops = group.loops();
      var taken = new ArrayList<EventLoop>();
      for (int i = 0; i < 6; i++) {
        taken.add(group.next());
      }
      assertThat(taken.subList(0, 3)).isEqualTo(loops);
      assertThat(taken.subList(3, 6)).isEqualTo(loops);
    }

    assertThat(loops).allMatch(EventLoop::isClosed);
  }

  @Test
  void aCloseAloneLeavesNothingListeningAndEndsConnections() throws IOException {
    InetSocketAddress address;
    Socket client;
    try (LoopGroup group = LoopGroup.start("g", 2)) {
      address = group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, ANY_PORT);
      client = new Socket(address.getAddress(), address.getPort());
      client.getOutputStream().write('\n');
      client.getInputStream().read(); // it is served
    }

    assertThat(client.getInputStream().readAllBytes()).isNotNull();
    client.close();
    assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void aLoopThatEndsClosesWhatStillHadToSend() throws IOException {
    SocketChannel[] pair = Loopback.pair();
    Aio.run(
        () -> {
          Stream stream = Streams.adopt(pair[0]);
          stream.writer().tryWrite(ByteBuffer.allocate(20_000_000));
          stream.close();
          assertThat(pair[0].isOpen()).isTrue();
        });

    assertThat(pair[0].isOpen()).isFalse();
    pair[1].close();
  }

  @Test
  void servingOnATakenPortLeavesNothingListening() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        LoopGroup group = LoopGroup.start("g", 2)) {
      var address = (InetSocketAddress) taken.getLocalSocketAddress();

      assertThatThrownBy(
              () ->
                  group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, address))
          .isInstanceOf(BindException.class);

      group.shutdown(Duration.ZERO);
      assertThat(group.next().submit(() -> "alive").join()).isEqualTo("alive");
    }
  }

  @Test
  void aServerThatOneLoopCannotStartIsStartedOnNone() throws IOException {
    try (LoopGroup group = LoopGroup.start(LoopOptions.defaults().withMaxTasks(3), 2)) {
      EventLoop second = group.loops().get(1);
      InetSocketAddress free = freePort();
      second.submit(() -> second.spawn(() -> second.newPromise().join())).join();

      assertThatThrownBy(
              () -> group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, free))
          .isInstanceOf(RejectedExecutionException.class);

      assertThatThrownBy(() -> new Socket(free.getAddress(), free.getPort()).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @SuppressWarnings("try") // they are only there
  @Test
  void twoServersAreShutDownAtTheSameTime() throws IOException {
    try (LoopGroup group = LoopGroup.start("g", 1)) {
      var both = new CountDownLatch(2);
      StreamHandler untilCancelled =
          stream -> {
            try {
              stream.reader().readAll();
            } catch (CancelledError cancelled) {
              both.countDown();
              // In turns, the second would not be cancelled before this one ends.
              Aio.blocking(
                  () -> {
                    both.await();
                    return null;
                  });
              throw cancelled;
            }
          };
      try (var one = connectedTo(group, untilCancelled);
          var two = connectedTo(group, untilCancelled)) {
        group.shutdown(Duration.ZERO);

        assertThat(both.getCount()).isZero();
      }
    }
  }

  @Test
  void whatIsFatalToOneLoopEndsTheGroupAndIsThrown() throws IOException {
    LoopGroup group = LoopGroup.start("g", 2);
    InetSocketAddress address =
        group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, ANY_PORT);
    var fatal = new InternalError("a loop dies, on purpose of a test");
    group
        .next()
        .callSoonThreadsafe(
            () -> {
              throw fatal;
            });

    assertThatThrownBy(group::awaitClosed).isSameAs(fatal);

    assertThat(group.loops()).allMatch(EventLoop::isClosed);
    assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
        .isInstanceOf(ConnectException.class);
    group.shutdown(Duration.ZERO); // has nothing to do
    assertThatThrownBy(group::close).isSameAs(fatal);
  }

  @Test
  void aClosedGroupServesNothing() {
    LoopGroup group = LoopGroup.start("g", 2);
    group.close();
    group.close();

    assertThatThrownBy(
            () -> group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, ANY_PORT))
        .isInstanceOf(LoopClosedException.class);
  }

  @Test
  void aCloseWhileAServerStartsRefusesIt() throws Exception {
    var starting = new CountDownLatch(1);
    Network network =
        new Network() {
          @Override
          public SelectorProvider channels() {
            starting.countDown();
            EventLoop.current().newPromise().join(); // until somebody cancels the task
            return SelectorProvider.provider();
          }

          @Override
          public Reactor openReactor() throws IOException {
            return Reactors.open();
          }
        };
    LoopOptions options = LoopOptions.defaults().withName("g").withNetwork(network);
    LoopGroup group = LoopGroup.start(options, 2);
    var start =
        new FutureTask<>(
            () ->
                catchThrowable(
                    () ->
                        group.startServer(
                            LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, ANY_PORT)));
    Thread.ofPlatform().start(start);
    starting.await();

    group.close();

    assertThat(start.get())
        .isInstanceOf(LoopClosedException.class)
        .hasMessage("loop 'g-0' was closed meanwhile");
  }

  @Test
  void aShutdownThatNoTaskCanBeMadeForStopsListeningAllTheSame() throws IOException {
    // Main, the one that accepts, and the one that the group asks it by.
    try (LoopGroup group = LoopGroup.start(LoopOptions.defaults().withMaxTasks(3), 1)) {
      InetSocketAddress address =
          group.startServer(LoopGroupTest::answerWithLoop, ServerOptions.DEFAULT, ANY_PORT);

      assertThatThrownBy(() -> group.shutdown(Duration.ZERO))
          .hasMessageContaining("unfinished tasks, which is its limit");

      assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aCloseDuringAShutdownEndsThatToo() throws Exception {
    LoopGroup group = LoopGroup.start("g", 2);
    try (var client = connectedTo(group, stream -> stream.reader().readAll())) {
      var shutdown = new FutureTask<>(() -> group.shutdown(Duration.ofHours(1)), "over");
      Thread.ofPlatform().start(shutdown);
      while (accepts(group)) {
        Thread.onSpinWait(); // until the servers are closed: now it waits for the handler
      }

      group.close();

      assertThat(shutdown.get()).isEqualTo("over");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Asked on each loop, between the steps of its tasks. */
  private static boolean accepts(LoopGroup group) {
    return group.loops().stream()
        .anyMatch(
            loop ->
                loop.submit(
                        () ->
                            loop.allTasks().stream()
                                .anyMatch(task -> task.name().startsWith("accept on")))
                    .join());
  }

  @Test
  void callsThatWaitAreRefusedOnALoopOfTheGroup() {
    try (LoopGroup group = LoopGroup.start("g", 1)) {
      String refusal = group.next().submit(() -> catchThrowable(group::close).getMessage()).join();

      assertThat(refusal)
          .isEqualTo(
              "close on loop group 'g' of 1 called from loop 'g-0', one of its loops, which would"
                  + " wait for itself; call it from another thread");
    }
  }

  @Test
  void aGroupOfNoLoopIsRefused() {
    assertThatThrownBy(() -> LoopGroup.start("g", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("LoopGroup: loops = 0 (expected >= 1)");
  }

  private static InetSocketAddress freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) socket.getLocalSocketAddress();
    }
  }

  /** A connection to a server of its own, whose handler has begun. */
  private static Socket connectedTo(LoopGroup group, StreamHandler handler) throws IOException {
    InetSocketAddress address =
        group.startServer(
            stream -> {
              stream.writer().write(new byte[] {1});
              handler.handle(stream);
            },
            ServerOptions.DEFAULT,
            ANY_PORT);
    var socket = new Socket(address.getAddress(), address.getPort());
    socket.getInputStream().read();
    return socket;
  }

  private static void answerWithLoop(Stream stream) throws IOException {
    while (stream.reader().readLine().length > 0) {
      String name = System.identityHashCode(EventLoop.current()) + "\n";
      stream.writer().write(name.getBytes(US_ASCII));
    }
  }

  private static Set<String> askThreeTimes(InetSocketAddress address) throws IOException {
    Set<String> names = new HashSet<>();
    try (var socket = new Socket(address.getAddress(), address.getPort())) {
      var answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      for (int i = 0; i < 3; i++) {
        socket.getOutputStream().write('\n');
        names.add(answers.readLine());
      }
    }
    return names;
  }
}
