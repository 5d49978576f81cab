package io.greenloop.net;

import static io.greenloop.net.Talk.turns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.CancelledError;
import io.greenloop.ContextVar;
import io.greenloop.EventLoop;
import io.greenloop.ExitRequest;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TransportTest {
  // ---- order -------------------------------------------------------------------------------

  @Test
  @Parity({"TR-1", "SOCK-13"})
  void aProtocolHearsOfTheConnectionOfItsDataItsEndAndItsLossInThisOrder() {
    Talk.with(
        talk -> {
          assertThat(talk.trail).containsExactly("made"); // before the connect is done
          talk.peerSends("one");
          talk.untilTrailHas(2);
          talk.peerSends("two");
          talk.untilTrailHas(3);
          talk.peer.shutdownOutput();
          talk.untilTrailHas(5);
          turns(5);
          assertThat(talk.trail).containsExactly("made", "one", "two", "eof", "lost well");
          assertThat(talk.transport.isClosing()).isTrue();
          assertThat(talk.peerReads(1)).isEmpty();
        });
  }

  @Test
  @Parity({"TR-1"})
  void dataComesInTheUsualByteOrderWhateverTheLastProtocolMadeOfItsBuffer() {
    var protocol =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            note(data.position() + " " + data.order());
            data.order(ByteOrder.LITTLE_ENDIAN).position(data.limit());
          }
        };
    Talk.with(
        protocol,
        talk -> {
          talk.peerSends("one");
          talk.untilTrailHas(2);
          talk.peerSends("two");
          talk.untilTrailHas(3);

          assertThat(talk.trail).containsExactly("made", "0 BIG_ENDIAN", "0 BIG_ENDIAN");
        });
  }

  @Test
  @Parity({"TR-1", "TR-6"})
  void nothingIsCalledInsideOfACallToTheTransport() {
    Talk.with(
        talk -> {
          talk.transport.close();
          talk.transport.close();
          assertThat(talk.trail).containsExactly("made");
          turns(3);
          talk.transport.close();
          talk.transport.abort();
          turns(3);
          assertThat(talk.trail).containsExactly("made", "lost well");
        });
  }

  @Test
  @Parity({"TR-1", "AC-selector-events.1"})
  void aPauseInConnectionMadeIsHonoured() {
    var protocol =
        new Recorder() {
          @Override
          public void connectionMade(Transport transport) {
            super.connectionMade(transport);
            transport.pauseReading();
          }
        };
    Talk.with(
        protocol,
        talk -> {
          talk.peerSends("early");
          turns(10);
          assertThat(talk.trail).containsExactly("made");
          talk.transport.resumeReading();
          talk.untilTrailHas(2);
          assertThat(talk.trail).containsExactly("made", "early");
        });
  }

  @Test
  @Parity({"TR-5", "AC-selector-events.1"})
  void pausingAndResumingMayBeRepeatedAndNoDataComesBetween() {
    Talk.with(
        talk -> {
          assertThat(talk.transport.isReading()).isTrue();
          talk.transport.resumeReading();
          talk.transport.pauseReading();
          talk.transport.pauseReading();
          assertThat(talk.transport.isReading()).isFalse();
          talk.peerSends("x");
          turns(10);
          assertThat(talk.trail).containsExactly("made");
          talk.transport.resumeReading();
          talk.transport.resumeReading();
          assertThat(talk.transport.isReading()).isTrue();
          talk.untilTrailHas(2);

          talk.transport.close();
          assertThat(talk.transport.isReading()).isFalse();
          talk.transport.pauseReading();
          talk.transport.resumeReading();
          assertThat(talk.transport.isReading()).isFalse();
          turns(3);
          assertThat(talk.trail).containsExactly("made", "x", "lost well");
        });
  }

  @Test
  @Parity({"TR-1", "TR-5"})
  void aPauseBetweenTheReadinessAndTheReadIsHonoured() {
    Talk.with(
        talk -> {
          // Readiness is told on the carrier, which queues the read behind this task's next step.
          Talk.turns(2);
          talk.peerSends("x");
          for (int i = 0; i < 200; i++) {
            talk.transport.pauseReading();
            assertThat(talk.trail).containsExactly("made");
            turns(1);
            assertThat(talk.trail).containsExactly("made");
            talk.transport.resumeReading();
            talk.transport.pauseReading();
          }
          talk.transport.resumeReading();
          talk.untilTrailHas(2);
        });
  }

  // ---- the end of the other side -----------------------------------------------------------

  @Test
  @Parity({"TR-9", "AC-selector-events.6"})
  void aProtocolMayKeepItsDirectionAfterTheEndOfTheOther() {
    var protocol =
        new Recorder() {
          @Override
          public boolean eofReceived() {
            super.eofReceived();
            return true;
          }
        };
    Talk.with(
        protocol,
        talk -> {
          talk.peer.shutdownOutput();
          talk.untilTrailHas(2);
          talk.transport.pauseReading();
          talk.transport.resumeReading(); // the end comes once
          turns(10);
          assertThat(talk.transport.isClosing()).isFalse();
          talk.transport.write(Conversation.bytes("answer"));
          assertThat(talk.peerReads(6)).isEqualTo(Conversation.bytes("answer"));
          talk.transport.close();
          turns(3);
          assertThat(talk.trail).containsExactly("made", "eof", "lost well");
        });
  }

  @Test
  @Parity({"TR-8"})
  void aResetIsTheReasonOfTheLossAndNotReported() {
    Talk.with(
        talk -> {
          talk.peer.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
          Sockets.close(talk.peer);
          talk.untilTrailHas(2);
          turns(3);
          assertThat(talk.trail).containsExactly("made", "lost ConnectionResetException");
          assertThat(talk.test.errors()).isEmpty();
        });
  }

  // ---- what a protocol throws --------------------------------------------------------------

  private static final class Boom extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Boom(String message) {
      super(message, null, false, false);
    }

    @Override
    public String toString() {
      return "Boom";
    }
  }

  private static Recorder throwing(String callback) {
    return new Recorder() {
      @Override
      void note(String what) {
        super.note(what);
        if (what.equals(callback)) {
          throw new Boom(what);
        }
      }

      @Override
      public String toString() {
        return "the protocol";
      }
    };
  }

  @Test
  @Parity({"TR-8", "AC-selector-events.5", "AC-selector-events.6"})
  void whatDataReceivedThrowsEndsItsConnectionAndIsReportedOnce() {
    Talk.with(
        throwing("x"),
        talk -> {
          talk.peerSends("x");
          talk.untilTrailHas(3);
          turns(3);
          assertThat(talk.trail).containsExactly("made", "x", "lost Boom");
          assertThat(talk.test.errorMessages())
              .containsExactly(
                  "dataReceived of the protocol failed on "
                      + talk.transport
                      + "; the connection ends");
          assertThat(talk.test.errors().getFirst().exception()).hasMessage("x");
        });
  }

  @Test
  @Parity({"TR-8", "AC-selector-events.6"})
  void whatEofReceivedThrowsEndsItsConnectionToo() {
    Talk.with(
        throwing("eof"),
        talk -> {
          talk.peer.shutdownOutput();
          talk.untilTrailHas(3);
          turns(3);
          assertThat(talk.trail).containsExactly("made", "eof", "lost Boom");
          assertThat(talk.test.errorMessages())
              .containsExactly(
                  "eofReceived of the protocol failed on "
                      + talk.transport
                      + "; the connection ends");
        });
  }

  @Test
  @Parity({"TR-8"})
  void whatConnectionLostThrowsIsReportedAndTheSocketClosedAllTheSame() {
    Talk.with(
        throwing("lost well"),
        talk -> {
          talk.transport.close();
          assertThat(talk.peerReads(1)).isEmpty();
          assertThat(talk.trail).containsExactly("made", "lost well");
          assertThat(talk.test.errorMessages())
              .containsExactly("connectionLost of the protocol failed on " + talk.transport);
        });
  }

  @Test
  @Parity({"TR-8"})
  void whatConnectionMadeThrowsFailsTheConnectAndIsNotReportedBesides() {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            SocketChannel[] pair = Loopback.pair();
            Recorder protocol = throwing("made");
            Task<Connection<Recorder>> adopting =
                EventLoop.current().adopt(pair[0], () -> protocol);
            assertThatThrownBy(adopting::join).isInstanceOf(Boom.class).hasMessage("made");
            turns(3);
            assertThat(protocol.trail).containsExactly("made", "lost Boom");
            assertThat(pair[0].isOpen()).isFalse();
            Sockets.close(pair[1]);
          });
      assertThat(t.errors()).isEmpty();
    }
  }

  @Test
  @Parity({"TR-8"})
  void whatIsFatalLeavesTheLoop() {
    assertThatThrownBy(
            () ->
                Aio.run(
                    () -> {
                      SocketChannel[] pair = Loopback.pair();
                      var protocol =
                          new Recorder() {
                            @Override
                            public void dataReceived(ByteBuffer data) {
                              throw new ExitRequest(7);
                            }
                          };
                      EventLoop.current().adopt(pair[0], () -> protocol).join();
                      Sockets.writeFully(pair[1], Loopback.bytes("x"));
                      Aio.newPromise().join();
                    }))
        .isInstanceOf(ExitRequest.class);
  }

  // ---- buffered protocols ------------------------------------------------------------------

  private static class Buffered extends Recorder implements BufferedProtocol {
    ByteBuffer buffer = ByteBuffer.allocate(4);

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      assertThat(sizeHint).isEqualTo(-1);
      note("get");
      return buffer;
    }

    @Override
    public void bufferUpdated(int count) {
      assertThat(count).isPositive();
      note(count + ": " + Loopback.text(buffer));
      buffer.clear();
    }

    @Override
    public String toString() {
      return "the protocol";
    }
  }

  @Test
  @Parity({"TR-12", "AC-selector-events.7"})
  void aBufferedProtocolSaysWhereBytesGo() {
    Talk.with(
        new Buffered(),
        talk -> {
          talk.peerSends("seven b");
          while (!talk.trail.contains("3: n b")) {
            Aio.yieldNow();
          }
          assertThat(talk.trail.stream().filter(what -> !what.equals("get")))
              .containsExactly("made", "4: seve", "3: n b");
          talk.peer.shutdownOutput();
          while (!talk.trail.contains("lost well")) {
            Aio.yieldNow();
          }
          assertThat(talk.trail).containsSequence("get", "eof", "lost well");
        });
  }

  @Test
  @Parity({"TR-12", "AC-selector-events.7"})
  void aBufferWithoutRoomEndsTheConnection() {
    var protocol = new Buffered();
    protocol.buffer = ByteBuffer.allocate(0);
    Talk.with(
        protocol,
        talk -> {
          talk.peerSends("x");
          talk.untilTrailHas(3);
          assertThat(talk.trail).containsExactly("made", "get", "lost IllegalStateException");
          assertThat(talk.test.errorMessages())
              .containsExactly(
                  "getBuffer of the protocol failed on "
                      + talk.transport
                      + "; the connection ends");
          assertThat(talk.test.errors().getFirst().exception())
              .hasMessage(
                  "getBuffer of the protocol gave a buffer without room, or one that can only be"
                      + " read, for "
                      + talk.transport);
        });
  }

  @Test
  @Parity({"TR-12", "AC-selector-events.7"})
  void whatBufferUpdatedThrowsEndsTheConnection() {
    Talk.with(
        new Buffered() {
          @Override
          public void bufferUpdated(int count) {
            throw new Boom("no");
          }
        },
        talk -> {
          talk.peerSends("x");
          talk.untilTrailHas(3);
          assertThat(talk.trail).containsExactly("made", "get", "lost Boom");
          assertThat(talk.test.errorMessages())
              .containsExactly(
                  "bufferUpdated of the protocol failed on "
                      + talk.transport
                      + "; the connection ends");
        });
  }

  @Test
  @Parity({"TR-12", "AC-selector-events.7"})
  void theProtocolMayBeChangedInTheMiddle() {
    var second = new Buffered();
    var first =
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            super.dataReceived(data);
            java.util.Objects.requireNonNull(transport).setProtocol(second);
          }
        };
    Talk.with(
        first,
        talk -> {
          talk.peerSends("a");
          talk.untilTrailHas(2);
          assertThat(talk.transport.protocol()).isSameAs(second);
          talk.peerSends("b");
          while (!second.trail.contains("1: b")) {
            Aio.yieldNow();
          }
          talk.transport.close();
          turns(3);
          assertThat(first.trail).containsExactly("made", "a");
          assertThat(second.trail).containsExactly("get", "1: b", "lost well");
        });
  }

  // ---- the loop's buffer -------------------------------------------------------------------

  @Test
  @FullMode("blocking holds the loop in portable mode")
  @Parity("TR-1")
  void whoBlocksWithTheDataKeepsIt() {
    var seen = new ArrayList<String>();
    class Blocking extends Recorder {
      @Override
      public void dataReceived(ByteBuffer data) {
        if (data.remaining() > 1) {
          while (seen.isEmpty()) {
            Thread.yield(); // foreign code: others run meanwhile
          }
        }
        seen.add(java.nio.charset.StandardCharsets.US_ASCII.decode(data).toString());
      }
    }
    Talk.with(
        new Blocking(),
        talk -> {
          SocketChannel[] pair = Loopback.pair();
          Transport other = EventLoop.current().adopt(pair[0], Blocking::new).join().transport();
          talk.peerSends("long");
          turns(20);
          Sockets.writeFully(pair[1], Loopback.bytes("s"));
          while (seen.size() < 2) {
            Aio.yieldNow();
          }
          assertThat(seen).containsExactly("s", "long");
          other.abort();
          turns(2);
          Sockets.close(pair[1]);
        });
  }

  @Test
  @Parity("TR-1")
  void theCallbacksOfAConnectionShareACopyOfTheContextThatItWasMadeIn() {
    ContextVar<String> variable = ContextVar.create("who");
    var protocol =
        new Recorder() {
          @Override
          public void connectionMade(Transport transport) {
            super.connectionMade(transport);
            note(variable.get());
            variable.set("changed");
          }

          @Override
          public void dataReceived(ByteBuffer data) {
            note(variable.get());
          }

          @Override
          public void connectionLost(@Nullable Throwable reason) {
            note("lost " + variable.get());
          }
        };
    Aio.run(
        () -> {
          variable.set("caller");
          SocketChannel[] pair = Loopback.pair();
          Transport transport =
              EventLoop.current().adopt(pair[0], () -> protocol).join().transport();
          variable.set("later");
          Sockets.writeFully(pair[1], Loopback.bytes("x"));
          while (protocol.trail.size() < 3) {
            Aio.yieldNow();
          }
          transport.close();
          turns(3);
          Sockets.close(pair[1]);
          assertThat(variable.get()).isEqualTo("later");
        });
    assertThat(protocol.trail).containsExactly("made", "caller", "changed", "lost changed");
  }

  // ---- about it ----------------------------------------------------------------------------

  @Test
  @Parity({"TR-11"})
  void whatIsKnownOfItIsKnownAfterTheEndToo() {
    Talk.with(
        talk -> {
          SocketAddress local = talk.peer.getRemoteAddress();
          SocketAddress remote = talk.peer.getLocalAddress();
          talk.transport.close();
          turns(3);
          assertThat(talk.transport.localAddress()).isEqualTo(local);
          assertThat(talk.transport.remoteAddress()).isEqualTo(remote);
          assertThat(talk.transport.info(Transport.Key.LOCAL_ADDRESS)).contains(local);
          assertThat(talk.transport.info(Transport.Key.REMOTE_ADDRESS)).contains(remote);
          assertThat(talk.transport.info(Transport.Key.CHANNEL)).isPresent();
          assertThat(talk.transport.info(new Transport.Key<>("colour", String.class))).isEmpty();
          assertThat(talk.transport).hasToString("tcp " + local + " -> " + remote);
        });
  }

  @Test
  @Parity({"SOCK-1", "AC-events.3", "AC-unix-events-signals.2"})
  void itsChannelIsNobodyElses() {
    Talk.with(
        talk -> {
          SocketChannel channel = talk.transport.info(Transport.Key.CHANNEL).orElseThrow();
          String refusal = " on " + channel + ": a transport, a stream or a server owns it";
          EventLoop loop = EventLoop.current();
          assertThatThrownBy(() -> loop.addReader(channel, () -> {}))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("addReader" + refusal);
          assertThatThrownBy(() -> loop.addWriter(channel, () -> {}))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("addWriter" + refusal);
          assertThatThrownBy(() -> Sockets.read(channel, ByteBuffer.allocate(1)))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("read" + refusal);
          assertThat(loop.removeReader(channel)).isFalse();
          talk.peerSends("x");
          talk.untilTrailHas(2);
        });
  }

  @Test
  void fromAnotherThreadItIsRefused() {
    Talk.with(
        talk -> {
          Throwable refused =
              Aio.toThread(
                      () -> {
                        try {
                          talk.transport.write(new byte[1]);
                          return null;
                        } catch (Throwable e) {
                          return e;
                        }
                      })
                  .join();
          assertThat(refused)
              .isInstanceOf(WrongThreadException.class)
              .hasMessageStartingWith("write on " + talk.transport + " of loop");
        });
  }

  // ---- connecting and adopting -------------------------------------------------------------

  @Test
  @Parity({"SOCK-8", "TR-1", "AC-selector-events.7"})
  void connectGivesTheTransportAndTheProtocolOnceItIsMade() {
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          List<Recorder> served = new ArrayList<>();
          Server server =
              loop.listen(
                  ListenOptions.on(Loopback.anyPort()),
                  () -> {
                    served.add(new Recorder());
                    return served.getLast();
                  });
          Connection<Recorder> made =
              loop.connect(ConnectOptions.to(server.localAddresses().getFirst()), Recorder::new)
                  .join();
          assertThat(made.protocol().trail).containsExactly("made");
          assertThat(made.transport().protocol()).isSameAs(made.protocol());
          assertThat(made.transport().remoteAddress())
              .isEqualTo(server.localAddresses().getFirst());
          made.transport().write(Conversation.bytes("hello"));
          made.transport().close();
          server.close();
          server.awaitClosed();
          assertThat(served).singleElement();
          assertThat(served.getFirst().trail).containsExactly("made", "hello", "eof", "lost well");
          assertThat(Loopback.interests()).isZero();
        });
  }

  @Test
  @Parity({"SOCK-8", "SOCK-13"})
  void aCancelledConnectLeavesNoSocketBehindWheneverItComes() {
    Aio.run(
        () -> {
          for (int after = 0; after < 8; after++) {
            SocketChannel[] pair = Loopback.pair();
            Task<Connection<Recorder>> adopting = EventLoop.current().adopt(pair[0], Recorder::new);
            turns(after);
            adopting.cancel();
            try {
              adopting.join().transport().abort();
            } catch (CancelledError early) {
              // as asked
            }
            turns(5);
            assertThat(pair[0].isOpen()).as("after " + after).isFalse();
            Sockets.close(pair[1]);
            turns(2);
            assertThat(Loopback.interests()).isZero();
          }
        });
  }

  @Test
  @Parity({"SOCK-8", "SOCK-13"})
  void aFactoryThatThrowsFailsTheConnectAndTheChannelIsClosed() {
    Aio.run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          Task<Connection<Recorder>> adopting =
              EventLoop.current()
                  .adopt(
                      pair[0],
                      () -> {
                        throw new Boom("factory");
                      });
          assertThatThrownBy(adopting::join).isInstanceOf(Boom.class).hasMessage("factory");
          assertThat(pair[0].isOpen()).isFalse();
          Sockets.close(pair[1]);
          var unconnected = SocketChannel.open();
          assertThatThrownBy(() -> EventLoop.current().adopt(unconnected, Recorder::new))
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessage("adopt: " + unconnected + " is not connected");
          unconnected.close();
        });
  }

  @Test
  @Parity({"SOCK-8"})
  void aReconnectMayBeginInTheCallbackOfTheLoss() {
    Aio.run(
        () -> {
          EventLoop loop = EventLoop.current();
          Server server =
              loop.listen(
                  ListenOptions.on(Loopback.anyPort()),
                  () ->
                      new Recorder() {
                        @Override
                        public void connectionMade(Transport transport) {
                          transport.close();
                        }
                      });
          var options = ConnectOptions.to(server.localAddresses().getFirst());
          var tries = new ArrayList<Integer>();
          class Persistent extends Recorder {
            @Override
            public void connectionLost(@Nullable Throwable reason) {
              tries.add(tries.size());
              if (tries.size() < 3) {
                loop.connect(options, Persistent::new);
              }
            }
          }
          loop.connect(options, Persistent::new).join();
          while (tries.size() < 3) {
            Aio.yieldNow();
          }
          server.close();
          server.awaitClosed();
        });
  }

  // ---- dropped -----------------------------------------------------------------------------

  @Test
  @Parity("TR-16")
  void theLoopForgetsTheSocketOfOneThatIsDroppedOpen() {
    Aio.run(
        () -> {
          SocketChannel[] pair = Loopback.pair();
          adoptAndDrop(pair[0]);
          while (pair[0].isOpen()) {
            System.gc();
            Aio.yieldNow();
          }
          Talk.turns(3);

          assertThat(Loopback.isOwned(pair[0])).isFalse();
          pair[1].close();
        });
  }

  /** One that nobody waits for: else the loop would know it. */
  private static void adoptAndDrop(SocketChannel channel) {
    EventLoop.current()
        .adopt(
            channel,
            () ->
                new Protocol() {
                  @Override
                  public void connectionMade(Transport transport) {
                    transport.pauseReading();
                  }
                })
        .join();
  }

  @Test
  @Parity("TR-16")
  void oneThatIsDroppedOpenIsReportedAndItsSocketClosed() throws Exception {
    var lines = new java.util.concurrent.ConcurrentLinkedQueue<String>();
    var logger = java.util.logging.Logger.getLogger("io.greenloop");
    var handler =
        new java.util.logging.Handler() {
          @Override
          public void publish(java.util.logging.LogRecord line) {
            lines.add(
                java.text.MessageFormat.format(
                    line.getMessage(),
                    line.getParameters() == null ? new Object[0] : line.getParameters()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      var channels = new ArrayList<SocketChannel>();
      String name =
          Aio.run(
              () -> {
                SocketChannel[] pair = Loopback.pair();
                channels.addAll(List.of(pair));
                return EventLoop.current()
                    .adopt(pair[0], Recorder::new)
                    .join()
                    .transport()
                    .toString();
              });
      String expected =
          name + " was dropped without being closed; call close or abort on each transport";
      while (!lines.contains(expected) || channels.getFirst().isOpen()) {
        System.gc();
        Thread.onSpinWait();
      }
      channels.getLast().close();
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void aTaskMayStandBesideTheCallbacks() throws IOException {
    Talk.with(
        new Recorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            var copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
            Transport to = java.util.Objects.requireNonNull(transport);
            Aio.spawn(
                TaskOptions.named("answer"),
                () -> {
                  Aio.yieldNow();
                  to.write(copy);
                  return 1;
                });
          }
        },
        talk -> {
          talk.peerSends("echo");
          assertThat(talk.peerReads(4)).isEqualTo(Conversation.bytes("echo"));
        });
  }
}
