package io.greenloop.net;

import io.greenloop.Aio;
import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.internal.loop.LoopThread;
import io.greenloop.net.Talk.Recorder;
import io.greenloop.testing.TestLoop;
import java.nio.channels.SocketChannel;
import java.util.List;

/** A TLS transport with a protocol that keeps a trail, and a TLS stream at the other end. */
final class TlsTalk {
  interface Body {
    void run(TlsTalk talk) throws Exception;
  }

  final TestLoop test;
  final Transport transport;
  final Stream peer;
  final SocketChannel socket;
  final SocketChannel peerChannel;
  final List<String> trail;

  private TlsTalk(
      TestLoop test, Transport transport, Stream peer, SocketChannel[] pair, List<String> trail) {
    this.test = test;
    this.transport = transport;
    this.peer = peer;
    this.socket = pair[0];
    this.peerChannel = pair[1];
    this.trail = trail;
  }

  static void with(Body body) {
    with(new Recorder(), body);
  }

  /** With a server's transport. */
  static void with(Recorder protocol, Body body) {
    with(Certificates.localhost(), protocol, protocol.trail, body);
  }

  static void with(TlsOptions server, Protocol protocol, List<String> trail, Body body) {
    try (var t = TestLoop.real()) {
      t.run(
          () -> {
            SocketChannel[] pair = Loopback.narrowPair();
            Stream peer = Stream.adopt(LoopThread.currentLoop(), pair[1], 1 << 16);
            Task<?> client =
                Aio.spawn(
                    () -> {
                      peer.startTls(TlsConversation.named(Certificates.trusting()));
                      return 1;
                    });
            Transport transport =
                EventLoop.current().adopt(pair[0], server, () -> protocol).join().transport();
            client.join();
            try {
              body.run(new TlsTalk(t, transport, peer, pair, trail));
            } finally {
              transport.abort();
              peer.abort();
            }
            TlsConversation.settle();
          });
    }
  }

  void peerSends(String text) throws Exception {
    peer.writer().write(Conversation.bytes(text));
  }

  /** Waits until the trail has {@code count} entries. */
  void untilTrailHas(int count) {
    while (trail.size() < count) {
      Aio.yieldNow();
    }
  }
}
