package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.greenloop.examples.Patterns.Pattern;
import io.greenloop.gevent.BaseServer;
import io.greenloop.gevent.DatagramServer;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventProcess;
import io.greenloop.gevent.GeventSocket;
import io.greenloop.gevent.KillOptions;
import io.greenloop.gevent.Net;
import io.greenloop.gevent.Pool;
import io.greenloop.gevent.Queue;
import io.greenloop.gevent.StreamServer;
import io.greenloop.gevent.Timeout;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** How gevent programs talk to others, and how that reads here; the Python stands above each. */
public final class GeventNetworkPatterns {
  static final Map<String, Pattern> ALL = new LinkedHashMap<>();

  static {
    ALL.put("timeout-around-a-read", GeventNetworkPatterns::timeoutAroundARead);
    ALL.put("retry", GeventNetworkPatterns::retry);
    ALL.put("tcp-server", GeventNetworkPatterns::tcpServer);
    ALL.put("udp-server", GeventNetworkPatterns::udpServer);
    ALL.put("stop-on-signal", GeventNetworkPatterns::stopOnSignal);
    ALL.put("subprocess", GeventNetworkPatterns::subprocess);
  }

  private GeventNetworkPatterns() {}

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static void echo(GeventSocket socket) throws IOException {
    for (byte[] data = socket.receive(1024); data.length > 0; data = socket.receive(1024)) {
      socket.sendAll(data);
    }
  }

  private static String ask(GeventSocket socket, String text) throws IOException {
    socket.sendAll(text.getBytes(UTF_8));
    return new String(socket.receive(1024), UTF_8);
  }

  // with Timeout(5): sock.recv(n)      with Timeout(5, False): sock.recv(n)
  private static void timeoutAroundARead(Consumer<String> out) throws Exception {
    var pair = Net.pair();
    try (var near = pair.get(0);
        var far = pair.get(1)) {
      try {
        Timeout.run(ofMillis(5), () -> near.receive(100));
      } catch (Timeout over) {
        out.accept("no answer");
      }
      boolean answered = Timeout.silent(ofMillis(5), () -> near.receive(100));
      out.accept("answered: " + answered);
      far.sendAll("late".getBytes(UTF_8)); // the socket is as good as before
      out.accept(new String(near.receive(100), UTF_8));
    }
  }

  // sock.settimeout(5)      except socket.timeout: retry
  private static void retry(Consumer<String> out) throws IOException {
    var pair = Net.pair();
    try (var near = pair.get(0);
        var far = pair.get(1)) {
      near.setTimeout(ofMillis(5));
      for (int attempt = 1; ; attempt++) {
        try {
          out.accept(new String(near.receive(100), UTF_8));
          return;
        } catch (SocketTimeoutException over) {
          out.accept("attempt " + attempt + " failed");
          if (attempt == 2) {
            far.sendAll("at last".getBytes(UTF_8));
          }
        }
      }
    }
  }

  // StreamServer(('127.0.0.1', 0), echo, spawn=Pool(100)).start()
  private static void tcpServer(Consumer<String> out) throws IOException {
    var server =
        new StreamServer(
            anyPort(), (socket, caller) -> echo(socket), BaseServer.Spawning.in(new Pool(100)));
    server.start();
    try (var client = Net.connect("127.0.0.1", server.serverPort())) {
      out.accept(ask(client, "hello"));
    }
    server.stop();
  }

  // class EchoServer(DatagramServer): def handle(self, data, address): self.socket.sendto(data,
  // address)
  private static void udpServer(Consumer<String> out) throws IOException {
    var answers = new Queue<String>();
    try (var client =
            new DatagramServer(anyPort(), (data, from) -> answers.put(new String(data, UTF_8)));
        var server = upperCaseServer()) {
      client.start();
      server.start();
      client.sendTo("hello".getBytes(UTF_8), server.address());
      out.accept(answers.get(ofSeconds(20)));
    }
  }

  private static DatagramServer upperCaseServer() {
    var itself = new DatagramServer[1];
    itself[0] =
        new DatagramServer(
            anyPort(),
            (data, from) ->
                itself[0].sendTo(
                    new String(data, UTF_8).toUpperCase(Locale.ROOT).getBytes(UTF_8), from));
    return itself[0];
  }

  // gevent.signal_handler(signal.SIGHUP, server.stop)      group.kill(timeout=5)
  private static void stopOnSignal(Consumer<String> out) throws IOException {
    var pool = new Pool(10);
    var server =
        new StreamServer(anyPort(), (socket, caller) -> echo(socket), BaseServer.Spawning.in(pool));
    server.start();
    try (var client = Net.connect("127.0.0.1", server.serverPort());
        var _ = Gevent.onSignal("HUP", () -> server.stop(ofMillis(1)))) {
      var serving = Gevent.spawn(server::serveForever);
      out.accept(ask(client, "before"));
      GeventProcess.call("kill", "-HUP", String.valueOf(ProcessHandle.current().pid()));
      serving.join();
      pool.killAll(KillOptions.DEFAULT.timeout(ofSeconds(5)));
      out.accept("stopped, " + pool.size() + " left");
    }
  }

  // for line in Popen(['...'], stdout=PIPE).stdout: print(line)
  private static void subprocess(Consumer<String> out) throws IOException {
    Gevent.spawn(() -> out.accept("others run meanwhile"));
    try (var process = GeventProcess.start("sh", "-c", "echo one; sleep 0.1; echo two")) {
      for (byte[] line = process.stdout().readLine(); line.length > 0; ) {
        out.accept(new String(line, UTF_8).strip());
        line = process.stdout().readLine();
      }
      out.accept("exit code " + process.await(ofSeconds(20)));
    }
  }

  /** Runs those that are named, or all. */
  public static void main(String[] names) {
    Gevent.run(() -> Patterns.print(ALL, names));
  }
}
