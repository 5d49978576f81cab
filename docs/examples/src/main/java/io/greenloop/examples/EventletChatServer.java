package io.greenloop.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenFile;
import io.greenloop.eventlet.GreenSocket;
import io.greenloop.eventlet.Net;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Set;

/** Everybody hears what anybody else says. One thread, so the set of callers needs no lock. */
public final class EventletChatServer {
  private final Set<GreenSocket> participants = new LinkedHashSet<>();

  private void talk(GreenSocket socket) throws IOException {
    participants.add(socket);
    try (GreenFile lines = socket.makeFile()) {
      socket.writeFully("welcome\n".getBytes(UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        for (GreenSocket other : Set.copyOf(participants)) {
          if (other != socket) {
            tell(other, line);
          }
        }
      }
    } finally {
      participants.remove(socket);
    }
  }

  private void tell(GreenSocket other, String line) {
    try {
      other.writeFully(line.getBytes(UTF_8));
    } catch (IOException gone) {
      participants.remove(other);
    }
  }

  /** Serves until it is killed. */
  void serve(GreenSocket listener) throws IOException {
    Net.serve(listener, (socket, address) -> talk(socket));
  }

  /** Serves on a port, 3001 by default. */
  public static void main(String[] args) {
    int port = args.length == 0 ? 3001 : Integer.parseInt(args[0]);
    Eventlet.run(
        () ->
            new EventletChatServer()
                .serve(Net.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))));
  }
}
