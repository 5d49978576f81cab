package io.greenloop.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.testing.TestLoop;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A transport with a protocol that keeps a trail, and a plain channel at the other end. */
final class Talk {
  interface Body {
    void run(Talk talk) throws Exception;
  }

  /** Notes what it is called with; tests override what they care about. */
  static class Recorder implements Protocol {
    final List<String> trail = new ArrayList<>();
    @Nullable Transport transport;

    void note(String what) {
      trail.add(what);
    }

    @Override
    public void connectionMade(Transport transport) {
      this.transport = transport;
      note("made");
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      note(StandardCharsets.US_ASCII.decode(data).toString());
    }

    @Override
    public boolean eofReceived() {
      note("eof");
      return false;
    }

    @Override
    public void connectionLost(@Nullable Throwable reason) {
      note("lost " + (reason == null ? "well" : reason.getClass().getSimpleName()));
    }

    @Override
    public void pauseWriting() {
      note("pause");
    }

    @Override
    public void resumeWriting() {
      note("resume");
    }
  }

  final TestLoop test;
  final Transport transport;
  final SocketChannel peer;
  final List<String> trail;

  private Talk(TestLoop test, Transport transport, SocketChannel peer, List<String> trail) {
    this.test = test;
    this.transport = transport;
    this.peer = peer;
    this.trail = trail;
  }

  static void with(Body body) {
    with(new Recorder(), body);
  }

  static void with(Recorder protocol, Body body) {
    with(protocol, protocol.trail, body);
  }

  static void with(Protocol protocol, List<String> trail, Body body) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            SocketChannel[] pair = Loopback.narrowPair();
            Transport transport =
                EventLoop.current().adopt(pair[0], () -> protocol).join().transport();
            try {
              body.run(new Talk(t, transport, pair[1], trail));
            } finally {
              transport.abort();
              turns(3);
              Sockets.close(pair[1]);
              turns(3);
            }
            assertThat(pair[0].isOpen()).isFalse();
            assertThat(Loopback.interests()).isZero();
          });
    }
  }

  /** Lets everything else run for some turns. */
  static void turns(int count) {
    for (int i = 0; i < count; i++) {
      Aio.yieldNow();
    }
  }

  void peerSends(String text) throws Exception {
    Sockets.writeFully(peer, Loopback.bytes(text));
  }

  /** Waits until the trail has {@code count} entries. */
  void untilTrailHas(int count) {
    while (trail.size() < count) {
      Aio.yieldNow();
    }
  }

  /** What the other side gets of {@code count} bytes, or until the end. */
  byte[] peerReads(int count) throws Exception {
    ByteBuffer target = ByteBuffer.allocate(count);
    while (target.hasRemaining() && Sockets.read(peer, target) >= 0) {}
    byte[] read = new byte[target.position()];
    target.flip().get(read);
    return read;
  }
}
