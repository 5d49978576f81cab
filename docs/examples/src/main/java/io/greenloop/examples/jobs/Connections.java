package io.greenloop.examples.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.gevent.BaseServer.Spawning;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.GeventFile;
import io.greenloop.gevent.GeventSocket;
import io.greenloop.gevent.GreenletLocal;
import io.greenloop.gevent.StreamServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Serves the clients, each in a greenlet of a pool. */
final class Connections {
  /** Of the greenlet that serves a client: its name. */
  static final GreenletLocal<String> CLIENT = GreenletLocal.withInitial(() -> "nobody");

  /** What a client can ask for. */
  @FunctionalInterface
  interface Command {
    void run(String rest, Answer say) throws IOException;
  }

  /** Tells the client a line. */
  @FunctionalInterface
  interface Answer {
    void line(String text) throws IOException;
  }

  final Map<String, Command> commands = new HashMap<>();
  final StreamServer server;
  private final Duration idle;

  Connections(int port, int most, Duration idle) {
    this.idle = idle;
    commands.put("HELLO", this::hello);
    commands.put("WHO", (rest, say) -> say.line("WHO " + CLIENT.get()));
    server =
        new StreamServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            (socket, caller) -> handle(socket),
            Spawning.atMost(most));
  }

  private void hello(String name, Answer say) throws IOException {
    CLIENT.set(name);
    say.line("HELLO " + name);
  }

  private void handle(GeventSocket socket) throws IOException {
    try (GeventFile file = socket.makeFile()) {
      Answer say =
          text -> {
            file.write((text + "\n").getBytes(UTF_8));
            file.flush();
          };
      while (true) {
        byte[] line = Gevent.withTimeout(idle, new byte[0], file::readLine);
        if (line.length == 0) { // the end, or nothing was said for too long
          return;
        }
        String[] words = new String(line, UTF_8).strip().split(" ", 2);
        if (words[0].equals("QUIT")) {
          say.line("BYE");
          return;
        }
        try {
          command(words[0]).run(words.length == 2 ? words[1] : "", say);
        } catch (Refused refused) {
          say.line("ERR " + refused.getMessage());
        }
      }
    }
  }

  private Command command(String verb) {
    Command command = commands.get(verb);
    if (command == null) {
      throw new Refused("no command " + verb);
    }
    return command;
  }
}
