package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Loopback.anyPort;
import static io.greenloop.net.Loopback.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.Waiter;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UdpSocketTest {
  interface Body {
    void run(UdpSocket left, UdpSocket right) throws Exception;
  }

  /** Two that may send to anybody. */
  private static void withTwo(DatagramOptions options, Body body) {
    run(
        () -> {
          try (var left = UdpSocket.open(options);
              var right = UdpSocket.bind(anyPort())) {
            body.run(left, right);
          }
          yieldNow();
          assertThat(Loopback.interests()).isZero();
        });
  }

  private static int portOf(UdpSocket socket) {
    return ((InetSocketAddress) socket.localAddress()).getPort();
  }

  @Test
  @Parity({"TR-13"})
  void datagramsComeWholeInOrderAndWithTheirSender() {
    withTwo(
        DatagramOptions.bind(anyPort()),
        (left, right) -> {
          for (String text : List.of("one", "", "three")) {
            ByteBuffer data = bytes(text);
            left.send(data, right.localAddress());
            assertThat(data.hasRemaining()).isFalse();
          }
          for (String text : List.of("one", "", "three")) {
            Datagram datagram = right.receive();
            assertThat(datagram.text()).isEqualTo(text);
            assertThat(datagram.sender()).isEqualTo(left.localAddress());
          }
          assertThat(left.remoteAddress()).isNull();
          assertThat(left).hasToString("udp " + left.localAddress());
        });
  }

  @Test
  @Parity({"TR-13", "SOCK-11"})
  void aConnectedOneTalksToItsPeerOnly() {
    withTwo(
        DatagramOptions.bind(anyPort()),
        (server, other) -> {
          try (var client = UdpSocket.connect("127.0.0.1", portOf(server))) {
            client.send(bytes("ping"));
            Datagram ping = server.receive();
            other.send(bytes("not yours"), client.localAddress());
            server.send(bytes("pong " + ping.text()), ping.sender());
            assertThat(client.receive().text()).isEqualTo("pong ping");

            client.send(bytes("again"), server.localAddress());
            assertThat(server.receive().text()).isEqualTo("again");
            assertThatThrownBy(() -> client.send(bytes("x"), other.localAddress()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                    "send on "
                        + client
                        + ": its remote address is fixed, it cannot send to "
                        + other.localAddress());
            assertThat(client)
                .hasToString("udp " + client.localAddress() + " -> " + server.localAddress());
          }
          assertThatThrownBy(() -> server.send(bytes("x")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("send on " + server + ": it has no remote address; say whereto");
        });
  }

  @Test
  void whatIsSaidToOneThatHasGoneIsSaidToTheNext() {
    run(
        () -> {
          var gone = UdpSocket.bind(anyPort());
          SocketAddress there = gone.localAddress();
          gone.close();
          yieldNow();
          yieldNow();
          try (var client = UdpSocket.open(DatagramOptions.connect(there))) {
            client.send(bytes("x"));
            for (int i = 0; i < 5; i++) {
              yieldNow(); // the answer of the system comes
            }
            var failed = new AtomicInteger();
            Waiter<Datagram> leaving =
                new Waiter<>() {
                  @Override
                  protected void onServed(Datagram value) {}

                  @Override
                  protected void onFailed(Throwable failure) {
                    failed.incrementAndGet();
                  }
                };
            client.receive(leaving);
            assertThat(failed).hasValue(1);
            leaving.abandon();

            assertThatThrownBy(client::receive).isInstanceOf(PortUnreachableException.class);
          }
        });
  }

  @Test
  @Parity({"TR-13"})
  void thatNobodyListensThereIsSaidOnceAndTheSocketLivesOn() {
    run(
        () -> {
          var gone = UdpSocket.bind(anyPort());
          SocketAddress there = gone.localAddress();
          gone.close();
          yieldNow();
          yieldNow();
          try (var client = UdpSocket.open(DatagramOptions.connect(there))) {
            client.send(bytes("x"));
            assertThatThrownBy(client::receive).isInstanceOf(PortUnreachableException.class);
            try (var back = UdpSocket.bind(there)) {
              client.send(bytes("y"));
              assertThat(back.receive().text()).isEqualTo("y");
            }
          }
        });
  }

  @Test
  @Parity({"TR-13"})
  void aSendThatFailsIsNoAffairOfWhoReceives() {
    withTwo(
        DatagramOptions.bind(anyPort()),
        (left, right) -> {
          Task<Datagram> receiving = spawn(() -> left.receive());
          yieldNow();

          assertThatThrownBy(() -> left.send(ByteBuffer.allocate(70_000), right.localAddress()))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("Message too long");

          yieldNow();
          assertThat(receiving.isDone()).isFalse();
          right.send(bytes("still here"), left.localAddress());
          assertThat(receiving.join().text()).isEqualTo("still here");
        });
  }

  @Test
  @Parity({"TR-13"})
  void aSendThatFailsLaterIsToldToWhoWaitsToSendOrElseToTheNextSend() {
    run(
        () -> {
          var system = new DatagramTransportTest.Gate();
          var refused = new AtomicInteger();
          DatagramTransport.Exit exit =
              (channel, data, target) -> {
                int sent = system.send(channel, data, target);
                if (sent == 3) {
                  refused.incrementAndGet();
                  throw new IOException("three is too many");
                }
                return sent;
              };
          try (var peer = UdpSocket.bind(anyPort());
              var socket =
                  UdpSocket.open(
                      8,
                      protocol ->
                          DatagramTransport.open(
                              DatagramOptions.bind(anyPort()), protocol, exit))) {
            Task<Datagram> receiving = spawn(() -> socket.receive());
            system.shut = true;
            socket.send(bytes("abc"), peer.localAddress());
            for (int i = 0; i < 65; i++) {
              socket.trySend(ByteBuffer.allocate(1000), peer.localAddress());
            }
            Task<Integer> sending =
                spawn(
                    () -> {
                      socket.send(bytes("last"), peer.localAddress());
                      return 1;
                    });
            yieldNow();
            assertThat(sending.isDone()).isFalse();
            system.shut = false;
            assertThatThrownBy(sending::join).hasMessage("three is too many");

            system.shut = true;
            socket.send(bytes("def"), peer.localAddress());
            system.shut = false;
            while (refused.get() < 2) {
              yieldNow();
            }
            assertThatThrownBy(() -> socket.send(bytes("next"), peer.localAddress()))
                .hasMessage("three is too many");
            socket.send(bytes("next"), peer.localAddress());
            assertThat(receiving.isDone()).isFalse();
            receiving.cancel();
          }
        });
  }

  @Test
  void whatComesWhenTheQueueIsFullIsDroppedAndCounted() {
    withTwo(
        DatagramOptions.bind(anyPort()).withQueue(3),
        (left, right) -> {
          for (int i = 0; i < 10; i++) {
            right.send(bytes("" + i), left.localAddress());
          }
          while (left.dropped() < 7) {
            yieldNow();
          }
          for (int i = 0; i < 3; i++) {
            assertThat(left.receive().text()).isEqualTo("" + i);
          }
          right.send(bytes("next"), left.localAddress());
          assertThat(left.receive().text()).isEqualTo("next");
          assertThat(left.dropped()).isEqualTo(7);
        });
    assertThatThrownBy(() -> DatagramOptions.bind(anyPort()).withQueue(0))
        .hasMessage("withQueue(0): must be positive");
  }

  @Test
  void eachDatagramGoesToOneReceiverInTheOrderTheyCame() {
    withTwo(
        DatagramOptions.bind(anyPort()),
        (left, right) -> {
          var tasks = new ArrayList<Task<String>>();
          for (int i = 0; i < 3; i++) {
            tasks.add(spawn(() -> left.receive().text()));
          }
          yieldNow();
          for (String text : List.of("a", "b", "c")) {
            right.send(bytes(text), left.localAddress());
          }
          assertThat(Aio.gather(tasks).join()).containsExactly("a", "b", "c");
        });
  }

  @Test
  void aCancelledReceiveLosesNoneWheneverTheCancelComes() {
    withTwo(
        DatagramOptions.bind(anyPort()),
        (left, right) -> {
          for (int turns = 0; turns < 40; turns++) {
            Task<Datagram> receiving = spawn(() -> left.receive());
            yieldNow();
            right.send(bytes("round " + turns), left.localAddress());
            for (int i = 0; i < turns; i++) {
              yieldNow();
            }
            receiving.cancel();
            Datagram datagram;
            try {
              datagram = receiving.join();
            } catch (CancelledError cancelled) {
              datagram = left.receive();
            }
            assertThat(datagram.text()).isEqualTo("round " + turns);
          }
        });
  }

  @Test
  void theCloseWakesWhoReceivesAndEndsTheIteration() {
    withTwo(
        DatagramOptions.bind(anyPort()),
        (left, right) -> {
          Task<Datagram> receiving = spawn(() -> right.receive());
          Task<List<String>> all =
              spawn(
                  () -> {
                    var texts = new ArrayList<String>();
                    for (Datagram each : left) {
                      texts.add(each.text());
                    }
                    return texts;
                  });
          yieldNow();
          right.send(bytes("a"), left.localAddress());
          right.send(bytes("b"), left.localAddress());
          for (int i = 0; i < 300; i++) {
            yieldNow();
          }

          left.close();
          left.close();
          right.close();

          assertThat(all.join()).containsExactly("a", "b");
          assertThatThrownBy(receiving::join)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage(right + " was closed while a task waited on it");
          assertThatThrownBy(right::receive)
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("receive on " + right + ": the socket is closed");
          assertThatThrownBy(() -> right.send(bytes("x"), left.localAddress()))
              .isInstanceOf(StreamClosedException.class)
              .hasMessage("send on " + right + ": the socket is closed");
        });
  }

  @Test
  void aSendWaitsWhileTheSystemHasNoRoom() {
    run(
        () -> {
          var system = new DatagramTransportTest.Gate();
          try (var peer = UdpSocket.bind(anyPort());
              var socket =
                  UdpSocket.open(
                      8,
                      protocol ->
                          DatagramTransport.open(
                              DatagramOptions.bind(anyPort()), protocol, system))) {
            system.shut = true;
            Task<Integer> sending =
                spawn(
                    () -> {
                      for (int i = 0; i < 100; i++) {
                        socket.send(ByteBuffer.allocate(1000), peer.localAddress());
                        system.accepted++;
                      }
                      return 1;
                    });
            for (int i = 0; i < 300; i++) {
              yieldNow();
            }
            assertThat(sending.isDone()).isFalse();
            assertThat(system.accepted).isEqualTo(65); // the next one would be above 64 KiB

            system.shut = false;
            sending.join();
          }
        });
  }
}
