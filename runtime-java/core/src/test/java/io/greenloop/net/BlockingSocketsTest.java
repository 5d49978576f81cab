package io.greenloop.net;

import static io.greenloop.Aio.run;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.Task;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.RealTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code of {@code java.net} as anybody would have written it for threads, on one loop. */
@Timeout(60)
@FullMode("foreign blocking calls hold the loop in portable mode")
class BlockingSocketsTest {
  private static final int CLIENTS = 8;
  private static final int LINES = 20;

  private int ticks;

  /** Serves connections one after the other; blocks in accept, read and write. */
  private static void serve(ServerSocket listener, int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      Socket connection = listener.accept();
      spawn(
          () -> {
            try (connection;
                var in = new BufferedReader(new InputStreamReader(connection.getInputStream()));
                var out = new PrintWriter(connection.getOutputStream(), true)) {
              for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println("echo " + line);
              }
            }
          });
    }
  }

  private static List<String> talk(int port, String name) throws IOException {
    var answers = new ArrayList<String>();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
        var out = new PrintWriter(socket.getOutputStream(), true)) {
      for (int i = 0; i < LINES; i++) {
        out.println(name + i);
        answers.add(in.readLine());
      }
    }
    return answers;
  }

  @Test
  void anUnmodifiedClientAndServerTalkOnOneLoop() {
    run(
        () -> {
          try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            spawn(() -> serve(listener, CLIENTS));
            var talks = new ArrayList<Task<List<String>>>();
            for (int i = 0; i < CLIENTS; i++) {
              String name = "client " + i + " line ";
              talks.add(spawn(() -> talk(listener.getLocalPort(), name)));
            }

            for (int i = 0; i < CLIENTS; i++) {
              List<String> answers = talks.get(i).join();
              assertThat(answers).hasSize(LINES);
              assertThat(answers.getFirst()).isEqualTo("echo client " + i + " line 0");
              assertThat(answers.getLast()).isEqualTo("echo client " + i + " line 19");
            }
          }
        });
  }

  @Test
  void theLoopGoesOnWhileATaskBlocksInAccept() {
    run(
        () -> {
          try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Task<Socket> accepting = spawn(() -> listener.accept());
            for (int i = 0; i < 100; i++) {
              yieldNow();
              ticks++;
            }
            assertThat(accepting.isDone()).isFalse();

            try (var client =
                    new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                var server = accepting.join()) {
              assertThat(server.getPort()).isEqualTo(client.getLocalPort());
            }
          }
        });
    assertThat(ticks).isEqualTo(100);
  }

  @Test
  void aTaskThatBlocksInASocketCanBeCancelled() {
    run(
        () -> {
          try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Task<Socket> accepting = spawn(() -> listener.accept());
            yieldNow();
            accepting.cancel();

            assertThatThrownBy(accepting::join).isInstanceOf(CancelledError.class);
          }
        });
  }

  @Test
  void ourStreamsAndTheirSocketsTalkToEachOther() {
    run(
        () -> {
          Server server =
              Streams.startServer(
                  stream -> {
                    for (ByteBuffer line : stream.reader().lines()) {
                      stream.writer().write(line);
                    }
                  },
                  ServerOptions.DEFAULT,
                  Loopback.anyPort());
          int port = ((InetSocketAddress) server.localAddresses().getFirst()).getPort();

          Task<List<String>> client = spawn(() -> talk(port, "line "));

          assertThat(client.join()).hasSize(LINES).contains("line 0", "line 19");
          server.close();
          server.awaitClosed();
        });
  }

  @Test
  @RealTime
  void timeoutEndsABlockingRead() {
    run(
        () -> {
          try (var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
              var client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
              var server = listener.accept()) {
            assertThatThrownBy(
                    () -> Aio.timeout(Duration.ofMillis(20), () -> server.getInputStream().read()))
                .isInstanceOf(AsyncTimeoutException.class);
            assertThat(client.isClosed()).isFalse();
          }
        });
  }
}
