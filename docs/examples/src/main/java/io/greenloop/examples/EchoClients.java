package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.newPromise;
import static io.greenloop.Aio.spawn;

import io.greenloop.Promise;
import io.greenloop.Task;
import io.greenloop.net.ConnectOptions;
import io.greenloop.net.Stream;
import io.greenloop.net.Streams;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

/** Many clients of an echo server, all connected at the same time; one task each. */
final class EchoClients {
  private static final int ROUNDS = 3;

  private final InetSocketAddress server;
  private final int connections;
  private final Promise<Boolean> everybodyIsConnected = newPromise();
  private int connected;

  private EchoClients(InetSocketAddress server, int connections) {
    this.server = server;
    this.connections = connections;
  }

  /** Connects, talks and leaves; returns a line about it. To be called in a task. */
  static String drive(InetSocketAddress server, int connections) {
    var clients = new EchoClients(server, connections);
    var talks = new ArrayList<Task<Integer>>();
    for (int i = 0; i < connections; i++) {
      String name = "client " + i;
      talks.add(spawn(() -> clients.talk(name)));
    }
    int echoed = gather(talks).join().stream().mapToInt(Integer::intValue).sum();
    return clients.connected + " connections at once, " + echoed + " messages echoed";
  }

  private int talk(String name) throws IOException {
    try (Stream stream = Streams.openConnection(ConnectOptions.to(server))) {
      if (++connected == connections) {
        everybodyIsConnected.complete(true);
      }
      everybodyIsConnected.join();
      int echoed = 0;
      for (int round = 0; round < ROUNDS; round++) {
        byte[] message = (name + " round " + round).getBytes(StandardCharsets.UTF_8);
        stream.writer().write(message);
        if (Arrays.equals(stream.reader().readExactly(message.length), message)) {
          echoed++;
        }
      }
      return echoed;
    }
  }
}
