package io.greenloop.examples;

import static io.greenloop.Aio.gather;
import static io.greenloop.Aio.spawn;
import static io.greenloop.Aio.timeout;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.Task;
import io.greenloop.sync.Semaphore;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks many TCP ports of a host at the same time which of them answer. */
public final class PortPing {
  private final String host;
  private final Duration limit;
  private final Semaphore places;

  private PortPing(String host, Duration limit, int atOnce) {
    this.host = host;
    this.limit = limit;
    places = new Semaphore(atOnce);
  }

  /**
   * A line about each port, in their order. In a task.
   *
   * @param limit how long one may take
   * @param atOnce how many are asked at a time
   */
  static List<String> ping(String host, List<Integer> ports, Duration limit, int atOnce) {
    var ping = new PortPing(host, limit, atOnce);
    var tasks = new ArrayList<Task<String>>();
    for (int port : ports) {
      tasks.add(spawn(() -> port + ": " + ping.ask(port)));
    }
    return gather(tasks).join();
  }

  private String ask(int port) {
    places.acquire();
    try {
      return timeout(limit, () -> connect(port));
    } catch (AsyncTimeoutException noAnswer) {
      return "no answer";
    } finally {
      places.release();
    }
  }

  private String connect(int port) {
    try {
      Aio.openConnection(host, port).close();
      return "open";
    } catch (ConnectException refused) {
      return "closed";
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Asks the ports of the host that are its arguments: {@code localhost 22 80 443}. */
  public static void main(String[] args) {
    List<Integer> ports = new ArrayList<>();
    for (String port : List.of(args).subList(1, args.length)) {
      ports.add(Integer.valueOf(port));
    }
    Aio.run(() -> ping(args[0], ports, Duration.ofSeconds(3), 100).forEach(line -> println(line)));
  }
}
