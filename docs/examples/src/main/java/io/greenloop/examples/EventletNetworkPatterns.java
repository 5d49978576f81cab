package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;

import io.greenloop.EventLoop;
import io.greenloop.eventlet.Event;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenPool;
import io.greenloop.eventlet.GreenProcess;
import io.greenloop.eventlet.GreenSocket;
import io.greenloop.eventlet.IOClosedException;
import io.greenloop.eventlet.Net;
import io.greenloop.eventlet.Timeout;
import io.greenloop.examples.Patterns.Pattern;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** How eventlet programs talk to others, and how that reads here; the Python stands above each. */
public final class EventletNetworkPatterns {
  static final Map<String, Pattern> ALL = new LinkedHashMap<>();

  static {
    ALL.put("chat", EventletNetworkPatterns::chat);
    ALL.put("accept-loop", EventletNetworkPatterns::acceptLoop);
    ALL.put("timeout-around-a-read", EventletNetworkPatterns::timeoutAroundARead);
    ALL.put("graceful-stop", EventletNetworkPatterns::gracefulStop);
    ALL.put("proxy", EventletNetworkPatterns::proxy);
  }

  private EventletNetworkPatterns() {}

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static String receive(GreenSocket socket) throws IOException {
    return new String(socket.recv(8192), UTF_8).strip();
  }

  private static void send(GreenSocket socket, String text) throws IOException {
    socket.writeFully(text.getBytes(UTF_8));
  }

  // clients.add(s)      for c in clients: c.sendall(line)
  private static void chat(Consumer<String> out) throws IOException {
    Set<GreenSocket> clients = new LinkedHashSet<>(); // one loop, one thread: no lock
    var listener = Net.listen(loopback(0));
    var server =
        Eventlet.spawn(
            () ->
                Net.serve(
                    listener,
                    (socket, address) -> {
                      clients.add(socket);
                      try {
                        for (byte[] line = socket.recv(8192); line.length > 0; ) {
                          for (GreenSocket other : clients) {
                            other.writeFully(line);
                          }
                          line = socket.recv(8192);
                        }
                      } finally {
                        clients.remove(socket);
                      }
                    }));
    try (var alice = Net.connect(loopback(listener.port()));
        var bob = Net.connect(loopback(listener.port()))) {
      send(bob, "bob is here");
      out.accept("bob hears: " + receive(bob));
      receive(alice);
      send(alice, "hello");
      out.accept("bob hears: " + receive(bob));
      receive(alice);
    }
    server.kill();
    listener.close();
  }

  // while True: c, a = sock.accept(); pool.spawn_n(handle, c)
  private static void acceptLoop(Consumer<String> out) throws IOException {
    var pool = new GreenPool(10);
    var listener = Net.listen(loopback(0));
    var server =
        Eventlet.spawn(
            () -> {
              while (true) {
                GreenSocket client = listener.accept();
                pool.spawnN(
                    () -> {
                      send(client, "bye");
                      client.close();
                    });
              }
            });
    try (var client = Net.connect(loopback(listener.port()))) {
      out.accept(receive(client));
    }
    server.kill();
    listener.close();
    pool.awaitAll();
  }

  // with Timeout(5, False): data = sock.recv(n)
  private static void timeoutAroundARead(Consumer<String> out) throws IOException {
    try (var listener = Net.listen(loopback(0));
        var near = Net.connect(loopback(listener.port()));
        var far = listener.accept()) {
      out.accept("answered: " + Timeout.silent(ofMillis(5), () -> near.recv(100)));
      send(far, "late");
      out.accept(receive(near));
    }
  }

  // signal.signal(SIGHUP, lambda *a: evt.send())      evt.wait(); sock.close(); pool.waitall()
  private static void gracefulStop(Consumer<String> out) throws IOException {
    var stop = new Event<Boolean>();
    var pool = new GreenPool(10);
    var listener = Net.listen(loopback(0));
    var accepting =
        Eventlet.spawn(
            () -> {
              try {
                while (true) {
                  GreenSocket client = listener.accept();
                  pool.spawnN(
                      () -> {
                        Eventlet.sleep(ofMillis(20));
                        send(client, "served to the end");
                        client.close();
                      });
                }
              } catch (IOClosedException closed) {
                out.accept("accepts no more");
              }
            });
    try (var client = Net.connect(loopback(listener.port()));
        var _ = EventLoop.current().addSignalHandler("HUP", () -> stop.send(true))) {
      try (var kill =
          GreenProcess.start("kill", "-HUP", String.valueOf(ProcessHandle.current().pid()))) {
        kill.await();
      }
      stop.await();
      Eventlet.sleep(ofMillis(1));
      listener.close();
      accepting.await();
      pool.awaitAll();
      out.accept(receive(client));
    }
  }

  private static void copy(GreenSocket from, GreenSocket to) throws IOException {
    try {
      for (byte[] data = from.recv(8192); data.length > 0; data = from.recv(8192)) {
        to.writeFully(data);
      }
    } catch (IOClosedException otherSideHasEnded) {
      return;
    } finally {
      to.close();
      from.close();
    }
  }

  // spawn_n(copy, client, server); spawn_n(copy, server, client)
  private static void proxy(Consumer<String> out) throws IOException {
    var backend = Net.listen(loopback(0));
    Eventlet.spawn(
        () -> {
          try (var socket = backend.accept()) {
            send(socket, "heard " + receive(socket));
          }
        });
    var front = Net.listen(loopback(0));
    Eventlet.spawn(
        () -> {
          GreenSocket client = front.accept();
          GreenSocket server = Net.connect(loopback(backend.port()));
          Eventlet.spawnN(() -> copy(client, server));
          Eventlet.spawnN(() -> copy(server, client));
        });
    try (var client = Net.connect(loopback(front.port()))) {
      send(client, "me");
      out.accept(receive(client));
      out.accept("the end: " + receive(client).isEmpty());
    }
    front.close();
    backend.close();
  }

  /** Runs those that are named, or all. */
  public static void main(String[] names) {
    Eventlet.run(() -> Patterns.print(ALL, names));
  }
}
