package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.yieldNow;
import static io.greenloop.net.Loopback.anyPort;
import static io.greenloop.net.Loopback.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.CancelledError;
import io.greenloop.ContextVar;
import io.greenloop.EventLoop;
import io.greenloop.ExitRequest;
import io.greenloop.Task;
import io.greenloop.testing.Parity;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DatagramTransportTest {
  /** A system that takes nothing while it is shut. */
  static final class Gate implements DatagramTransport.Exit {
    boolean shut;
    int accepted;

    @Override
    public int send(DatagramChannel channel, ByteBuffer data, @Nullable SocketAddress target)
        throws IOException {
      if (shut) {
        return 0;
      }
      return target == null ? channel.write(data) : channel.send(data, target);
    }
  }

  /** Notes what it is told. */
  private static class Notes implements DatagramProtocol {
    final List<String> all = new ArrayList<>();

    void await(String note) {
      while (!all.contains(note)) {
        yieldNow();
      }
    }

    @Override
    public void connectionMade(DatagramTransport transport) {
      all.add("made");
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress sender) {
      all.add("received " + new Datagram(data, sender).text());
    }

    @Override
    public void errorReceived(IOException error) {
      all.add("error " + error.getMessage());
    }

    @Override
    public void pauseWriting() {
      all.add("pause");
    }

    @Override
    public void resumeWriting() {
      all.add("resume");
    }

    @Override
    public void connectionLost(@Nullable IOException cause) {
      all.add("lost " + cause);
    }
  }

  private static DatagramTransport open(DatagramOptions options, DatagramProtocol protocol)
      throws IOException {
    return EventLoop.current().openDatagram(options, protocol);
  }

  @Test
  @Parity({"SOCK-11", "TR-13"})
  void itIsMadeThenReceivesThenIsLost() {
    run(
        () -> {
          var notes = new Notes();
          DatagramTransport server = open(DatagramOptions.bind(anyPort()), notes);
          assertThat(notes.all).containsExactly("made");
          DatagramTransport client =
              open(DatagramOptions.connect(server.localAddress()), new Notes());
          client.send(bytes("a"));
          assertThatThrownBy(() -> client.send(bytes("")))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage(
                  "send on "
                      + client
                      + ": the JDK sends no empty datagram on a connected socket; bind one and say"
                      + " whereto");
          client.send(bytes("b"));
          notes.await("received b");

          server.close();
          server.close();
          assertThat(server.isClosing()).isTrue();
          notes.await("lost null");
          server.abort();
          server.send(bytes("ignored"), client.localAddress());
          client.close();
          yieldNow();

          assertThat(notes.all).containsExactly("made", "received a", "received b", "lost null");
          assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        });
  }

  @Test
  @Parity({"TR-13"})
  void anErrorIsToldAndTheSocketLivesOn() {
    run(
        () -> {
          var notes = new Notes();
          DatagramTransport transport = open(DatagramOptions.bind(anyPort()), notes);
          transport.send(ByteBuffer.allocate(70_000), transport.localAddress());
          assertThat(notes.all).hasSize(2).last().asString().startsWith("error Message too long");
          transport.send(bytes("to myself"), transport.localAddress());
          notes.await("received to myself");
          transport.abort();
          notes.await("lost null");
        });
  }

  @Test
  @Parity({"TR-13"})
  void whatTheSystemDoesNotTakeIsBufferedWholeAndInOrder() {
    run(
        () -> {
          var system = new Gate();
          var peerNotes = new Notes();
          var notes = new Notes();
          DatagramTransport peer = open(DatagramOptions.bind(anyPort()), peerNotes);
          DatagramTransport transport =
              DatagramTransport.open(DatagramOptions.connect(peer.localAddress()), notes, system);
          transport.setWriteBufferLimits(25, 10);
          system.shut = true;
          ByteBuffer mine = bytes("one");
          transport.send(mine);
          mine.clear().put((byte) 'X');
          transport.send(bytes("two"));
          assertThat(transport.writeBufferSize()).isEqualTo(22);
          assertThat(notes.all).containsExactly("made");
          transport.send(bytes("three"));
          transport.send(bytes("four"));
          assertThat(notes.all).containsExactly("made", "pause");
          transport.close();

          system.shut = false;
          peerNotes.await("received four");
          notes.await("lost null");

          assertThat(peerNotes.all)
              .containsExactly(
                  "made", "received one", "received two", "received three", "received four");
          assertThat(notes.all).containsExactly("made", "pause", "resume", "lost null");
          assertThat(transport.writeBufferSize()).isZero();
          peer.close();

          assertThatThrownBy(() -> transport.setWriteBufferLimits(1, 2))
              .hasMessage("write limits high = 1, low = 2 (expected high >= low >= 0)");
          transport.setWriteBufferLimits(WriteLimits.ofLow(3));
          assertThat(transport.writeBufferLimits()).isEqualTo(new WriteLimits(12, 3));
        });
  }

  @Test
  @Parity({"TR-13"})
  void abortDropsWhatIsBuffered() {
    run(
        () -> {
          var system = new Gate();
          var notes = new Notes();
          DatagramTransport transport =
              DatagramTransport.open(DatagramOptions.bind(anyPort()), notes, system);
          system.shut = true;
          transport.send(bytes("x"), transport.localAddress());
          transport.abort();
          system.shut = false;
          notes.await("lost null");
          assertThat(notes.all).containsExactly("made", "lost null");
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  void whatACallbackThrowsIsReportedAndTheSocketLivesOn() {
    var reports = new ArrayList<String>();
    run(
        () -> {
          EventLoop.current().setExceptionHandler((loop, error) -> reports.add(error.message()));
          var notes =
              new Notes() {
                @Override
                public void datagramReceived(ByteBuffer data, SocketAddress sender) {
                  super.datagramReceived(data, sender);
                  throw new IllegalStateException("boom");
                }
              };
          DatagramTransport transport = open(DatagramOptions.bind(anyPort()), notes);
          transport.send(bytes("a"), transport.localAddress());
          transport.send(bytes("b"), transport.localAddress());
          notes.await("received b");
          transport.close();
          String text = "datagramReceived of the protocol of " + transport + " failed";
          assertThat(reports).containsExactly(text, text);
        });
  }

  @Test
  void anErrorOfACallbackIsReportedLikeAnExceptionAndTheSocketHearsOn() {
    var reports = new ArrayList<String>();
    run(
        () -> {
          EventLoop.current()
              .setExceptionHandler((loop, error) -> reports.add("" + error.exception()));
          var notes =
              new Notes() {
                @Override
                public void connectionMade(DatagramTransport transport) {
                  throw new AssertionError("made");
                }

                @Override
                public void datagramReceived(ByteBuffer data, SocketAddress sender) {
                  super.datagramReceived(data, sender);
                  throw new AssertionError("heard");
                }
              };
          DatagramTransport transport = open(DatagramOptions.bind(anyPort()), notes);
          for (String text : List.of("a", "b")) {
            transport.send(bytes(text), transport.localAddress());
            notes.await("received " + text);
          }
          transport.close();
        });
    assertThat(reports)
        .containsExactly(
            "java.lang.AssertionError: made",
            "java.lang.AssertionError: heard",
            "java.lang.AssertionError: heard");
  }

  @Test
  void whatIsFatalLeavesTheLoopAndTheSocketHearsOnInTheNextRun() {
    try (EventLoop loop = EventLoop.create()) {
      var heard = new ArrayList<String>();
      var sender = new AtomicReference<DatagramTransport>();
      Task<?> first =
          loop.spawn(
              () -> {
                DatagramTransport transport =
                    open(
                        DatagramOptions.bind(anyPort()),
                        (data, from) -> {
                          heard.add(new Datagram(data, from).text());
                          throw new ExitRequest(7);
                        });
                sender.set(transport);
                transport.send(bytes("first"), transport.localAddress());
                EventLoop.current().newPromise().join();
              });
      assertThatThrownBy(() -> loop.runUntilComplete(first)).isInstanceOf(ExitRequest.class);
      Runnable second = () -> sender.get().send(bytes("second"), sender.get().localAddress());
      loop.callSoon(second);
      assertThatThrownBy(loop::runForever).isInstanceOf(ExitRequest.class);
      assertThat(heard).containsExactly("first", "second");
      first.cancel();
      assertThatThrownBy(() -> loop.runUntilComplete(first)).isInstanceOf(CancelledError.class);
    }
  }

  @Test
  @Parity({"TR-13"})
  void oneThatCannotBeSentHoldsUpNoOther() {
    run(
        () -> {
          var notes = new Notes();
          var thrown = new ArrayDeque<RuntimeException>();
          var system = new Gate();
          DatagramTransport transport =
              DatagramTransport.open(
                  DatagramOptions.bind(anyPort()),
                  notes,
                  (channel, data, target) -> {
                    if (!system.shut && !thrown.isEmpty()) {
                      throw thrown.removeFirst();
                    }
                    return system.send(channel, data, target);
                  });
          thrown.add(new UnsupportedAddressTypeException());
          thrown.add(new IllegalArgumentException("port 0"));
          system.shut = true;
          for (String text : List.of("bad", "bad too", "good")) {
            transport.send(bytes(text), transport.localAddress());
          }
          system.shut = false;
          notes.await("received good");
          assertThat(notes.all)
              .containsExactly(
                  "made",
                  "error send on "
                      + transport
                      + ": "
                      + UnsupportedAddressTypeException.class.getName(),
                  "error send on " + transport + ": java.lang.IllegalArgumentException: port 0",
                  "received good");
          assertThat(transport.writeBufferSize()).isZero();
          transport.close();
        });
  }

  @Test
  @Parity({"TR-13"})
  void aTargetWithoutAnAddressIsRefusedWhetherThereIsRoomOrNot() {
    run(
        () -> {
          var system = new Gate();
          DatagramTransport transport =
              DatagramTransport.open(DatagramOptions.bind(anyPort()), new Notes(), system);
          var nobody = InetSocketAddress.createUnresolved("nobody.invalid", 9);
          for (boolean shut : new boolean[] {false, true}) {
            system.shut = shut;
            assertThatThrownBy(() -> transport.send(bytes("x"), nobody))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                    "send on "
                        + transport
                        + ": "
                        + nobody
                        + " is not resolved; ask EventLoop.resolve for its address");
          }
          transport.abort();
        });
  }

  @Test
  void oneThatEndsWhileItIsMadeLeavesNothingBehind() {
    run(
        () -> {
          for (Consumer<DatagramTransport> end :
              List.<Consumer<DatagramTransport>>of(
                  DatagramTransport::close,
                  DatagramTransport::abort,
                  transport -> {
                    throw new ExitRequest(3);
                  })) {
            var channel = DatagramChannel.open().bind(anyPort());
            var notes =
                new Notes() {
                  @Override
                  public void connectionMade(DatagramTransport transport) {
                    end.accept(transport);
                  }
                };
            try {
              open(DatagramOptions.adopt(channel), notes);
            } catch (ExitRequest fatal) {
              notes.all.add("lost null");
            }
            notes.await("lost null");
            yieldNow();
            yieldNow();
            assertThat(channel.isOpen()).isFalse();
            assertThat(Loopback.isOwned(channel)).isFalse();
          }
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  void theCallbacksSeeTheContextOfTheOpening() {
    ContextVar<String> user = ContextVar.create("user");
    run(
        () -> {
          var seen = new ArrayList<String>();
          user.set("ann");
          DatagramTransport transport =
              open(DatagramOptions.bind(anyPort()), (data, sender) -> seen.add(user.get()));
          user.set("bob");
          transport.send(bytes("x"), transport.localAddress());
          while (seen.isEmpty()) {
            yieldNow();
          }
          assertThat(seen).containsExactly("ann");
          transport.close();
        });
  }

  @Test
  @Parity({"SOCK-11", "AC-base-events.10"})
  void aBroadcastHasARemoteAddressAndHearsOthers() {
    run(
        () -> {
          var notes = new Notes();
          DatagramTransport server =
              open(DatagramOptions.bind(new InetSocketAddress("0.0.0.0", 0)), notes);
          int port = ((InetSocketAddress) server.localAddress()).getPort();
          var clientNotes = new Notes();
          var everybody = new InetSocketAddress("127.255.255.255", port);
          DatagramTransport client =
              open(
                  DatagramOptions.connect(everybody)
                      .withLocal(new InetSocketAddress("127.0.0.1", 0))
                      .withBroadcast(),
                  clientNotes);
          client.send(bytes("who is there"));
          notes.await("received who is there");
          server.send(bytes("me"), client.localAddress());
          clientNotes.await("received me");

          assertThat(client.remoteAddress()).isEqualTo(everybody);
          assertThatThrownBy(() -> client.send(bytes("x"), server.localAddress()))
              .isInstanceOf(IllegalArgumentException.class);
          client.close();
          server.close();
        });
  }

  @Test
  @Parity({"SOCK-11", "AC-base-events.10"})
  void aSocketMadeElsewhereIsTakenOverAndGoesWithNoOtherOption() {
    run(
        () -> {
          var channel = DatagramChannel.open().bind(anyPort());
          var notes = new Notes();
          DatagramTransport transport = open(DatagramOptions.adopt(channel), notes);
          transport.send(bytes("x"), channel.getLocalAddress());
          notes.await("received x");
          transport.close();
          assertThat(channel.isOpen()).isFalse();

          DatagramOptions adopted = DatagramOptions.adopt(channel);
          String text = " " + channel + " is open already; set this on the channel itself";
          assertThatThrownBy(() -> adopted.withLocal(anyPort()))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("withLocal:" + text);
          assertThatThrownBy(adopted::withBroadcast).hasMessage("withBroadcast:" + text);
          assertThatThrownBy(adopted::withReusePort).hasMessage("withReusePort:" + text);
        });
  }

  @Test
  @Parity({"SOCK-11", "AC-base-events.10"})
  void aTakenPortAndASharedOne() {
    run(
        () -> {
          var channel = DatagramChannel.open().bind(anyPort());
          SocketAddress taken = channel.getLocalAddress();
          assertThatThrownBy(() -> open(DatagramOptions.bind(taken), new Notes()))
              .isInstanceOf(BindException.class);
          channel.close();

          DatagramTransport one =
              open(DatagramOptions.bind(anyPort()).withReusePort(), new Notes());
          DatagramTransport two =
              open(DatagramOptions.bind(one.localAddress()).withReusePort(), new Notes());
          assertThat(two.localAddress()).isEqualTo(one.localAddress());
          one.close();
          two.close();
        });
  }

  @Test
  @Parity({"SOCK-11", "AC-base-events.10"})
  void namesAreResolvedAndBothEndsAreOfOneFamily() {
    run(
        () -> {
          DatagramTransport server =
              open(
                  DatagramOptions.bind(InetSocketAddress.createUnresolved("localhost", 0)),
                  new Notes());
          assertThat(((InetSocketAddress) server.localAddress()).getAddress().isLoopbackAddress())
              .isTrue();
          server.close();

          var four = new InetSocketAddress("127.0.0.1", 9);
          var six = new InetSocketAddress(InetAddress.getByName("::1"), 0);
          assertThatThrownBy(() -> open(DatagramOptions.connect(four).withLocal(six), new Notes()))
              .isInstanceOf(IOException.class)
              .hasMessage("openDatagram: " + six + " and " + four + " are of two families");
        });
  }
}
