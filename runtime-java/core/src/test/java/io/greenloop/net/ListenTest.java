package io.greenloop.net;

import static io.greenloop.net.Talk.turns;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers of the callback tier keep what those of the streams keep. */
@Timeout(60)
class ListenTest {
  private final List<Recorder> served = new ArrayList<>();

  private Recorder next() {
    served.add(
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            Objects.requireNonNull(transport).write(data);
          }
        });
    return served.getLast();
  }

  private Server listen() throws Exception {
    return EventLoop.current().listen(ListenOptions.on(Loopback.anyPort()), this::next);
  }

  private static Stream connect(Server server) throws Exception {
    return Streams.openConnection(ConnectOptions.to(server.localAddresses().getFirst()));
  }

  private static void echo(Stream client, String text) throws Exception {
    client.writer().write(Conversation.bytes(text));
    assertThat(client.reader().readExactly(text.length())).isEqualTo(Conversation.bytes(text));
  }

  @Test
  @Parity({"SRV-1", "SRV-3", "SRV-5", "AC-events.5"})
  void eachConnectionHasAProtocolOfItsOwnAndCloseLeavesItAlone() {
    Aio.run(
        () -> {
          Server server = listen();
          server.start();
          assertThat(server.isServing()).isTrue();
          Stream first = connect(server);
          Stream second = connect(server);
          echo(first, "one");
          echo(second, "two");
          assertThat(served).hasSize(2);
          assertThat(server.connections()).isEqualTo(2);
          server.close();
          server.close();
          assertThat(server.isServing()).isFalse();
          assertThat(server.localAddresses()).isEmpty();
          echo(first, "three");
          first.close();
          second.close();
          server.awaitClosed();
          turns(2);
          assertThat(served).allMatch(protocol -> protocol.trail.contains("lost well"));
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  @Parity({"SRV-4", "SRV-6"})
  void serveForeverEndsWithACancelWhichWaitsForTheConnections() {
    Aio.run(
        () -> {
          Server server = listen();
          Task<?> serving = Aio.spawn(server::serveForever);
          Stream client = connect(server);
          echo(client, "x");
          serving.cancel();
          turns(10);
          assertThat(serving.isDone()).isFalse();
          client.close();
          assertThatThrownBy(serving::join).isInstanceOf(CancelledError.class);
        });
  }

  @Test
  @Parity({"SRV-7", "SRV-8"})
  void clientsAreClosedOrAbortedAndAShutdownDoesItInItsOrder() {
    Aio.run(
        () -> {
          Server server = listen();
          Stream client = connect(server);
          echo(client, "x");
          server.close();
          server.closeClients();
          assertThat(client.reader().readAll()).isEmpty();
          server.awaitClosed();
          client.close();

          Server other = listen();
          Stream reset = connect(other);
          echo(reset, "x");
          other.close();
          other.abortClients();
          other.awaitClosed();
          assertThatThrownBy(() -> reset.reader().readAll())
              .isInstanceOf(ConnectionResetException.class);
          reset.close();

          Server third = listen();
          Stream idle = connect(third);
          echo(idle, "x");
          third.shutdown(ofMillis(20)); // an idle connection is closed in good order
          assertThat(idle.reader().readAll()).isEmpty();
          idle.close();

          Server fourth = listen();
          Stream slow = connect(fourth);
          echo(slow, "x");
          Transport stuck = Objects.requireNonNull(served.getLast().transport);
          stuck.write(new byte[8 << 20]);
          fourth.shutdown(ofMillis(20)); // what does not flow off is aborted
          assertThat(stuck.writeBufferSize()).isZero();
          assertThatThrownBy(() -> slow.reader().readAll())
              .isInstanceOf(ConnectionResetException.class);
          slow.close();
        });
  }

  @Test
  @Parity({"SRV-2", "TR-8"})
  void aFactoryOrAConnectionMadeThatThrowsConcernsNobodyElse() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            var made = new ArrayList<Integer>();
            Server server =
                t.loop()
                    .listen(
                        ListenOptions.on(Loopback.anyPort())
                            .with(ServerOptions.DEFAULT.withMaxConnections(1)),
                        () -> {
                          made.add(made.size());
                          if (made.size() == 1) {
                            throw new IllegalStateException("no protocol");
                          }
                          return new Recorder() {
                            @Override
                            public void connectionMade(Transport transport) {
                              if (made.size() == 2) {
                                throw new IllegalStateException("no connection");
                              }
                              transport.write(Conversation.bytes("hello"));
                              transport.close();
                            }

                            @Override
                            public String toString() {
                              return "protocol " + made.size();
                            }
                          };
                        });
            for (String expected : List.of("", "", "hello")) {
              try (Stream client = connect(server)) {
                assertThat(client.reader().readAll()).isEqualTo(Conversation.bytes(expected));
              }
            }
            assertThat(t.errorMessages()).hasSize(2);
            assertThat(t.errorMessages().get(0))
                .isEqualTo(server + " cannot serve a connection; it is closed");
            assertThat(t.errorMessages().get(1)).startsWith("connectionMade of protocol 2 failed");
            server.close();
            server.awaitClosed();
          });
    }
  }

  @Test
  @Parity({"SRV-1", "AC-base-events.10", "AC-events.5"})
  void addressesThatAreTheSameAreBoundOnceAndForeignOnesLeftOut() {
    var foreign = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.77"), 0);
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          Server first = listen();
          var address = (InetSocketAddress) first.localAddresses().getFirst();
          first.close();

          Server server = loop.listen(ListenOptions.on(address, foreign, address), this::next);
          assertThat(server.localAddresses()).containsExactly(address);
          Server onName = loop.listen(ListenOptions.on("localhost", 0), this::next);
          assertThat(onName.localAddresses()).isNotEmpty();
          Server everywhere = loop.listen(ListenOptions.on("", 0), this::next);
          echo(
              Streams.openConnection(
                  "127.0.0.1",
                  ((InetSocketAddress) everywhere.localAddresses().getFirst()).getPort()),
              "x");

          assertThatThrownBy(() -> loop.listen(ListenOptions.on(foreign), this::next))
              .isExactlyInstanceOf(BindException.class)
              .hasMessage("listen on 192.0.2.77:0: Cannot assign requested address");
          assertThatThrownBy(
                  () -> loop.listen(ListenOptions.on(Loopback.anyPort(), address), this::next))
              .isExactlyInstanceOf(BindException.class)
              .hasMessage("listen on 127.0.0.1:" + address.getPort() + ": Address already in use");
          assertThatThrownBy(ListenOptions::on)
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessage("listen: name an address to listen on");
          for (Server each : List.of(server, onName, everywhere)) {
            each.shutdown(ofSeconds(0));
          }
        });
  }
}
