package io.greenloop.examples;

import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenPool;
import io.greenloop.eventlet.Queue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Two crawlers of one site: a recursive one, whose green threads spawn others, and one whose
 * workers put what they find into a queue. They fetch by the JDK's own client, which parks a green
 * thread as it is.
 */
public final class EventletCrawlers {
  private static final Pattern LINK = Pattern.compile("href=\"([^\"]+)\"");

  private final HttpClient client = HttpClient.newHttpClient();

  private List<URI> linksOf(URI page) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(5)).build();
    var response = client.send(request, BodyHandlers.ofString());
    List<URI> links = new ArrayList<>();
    if (response.statusCode() == 200) {
      LINK.matcher(response.body()).results().forEach(m -> links.add(page.resolve(m.group(1))));
    }
    return links;
  }

  // ---- recursive ---------------------------------------------------------------------------

  /** All pages that {@code start} leads to on its own host. */
  Set<URI> recursive(URI start) {
    Set<URI> seen = new LinkedHashSet<>();
    var pool = new GreenPool(200);
    visit(start, seen, pool);
    pool.awaitAll();
    return seen;
  }

  private void visit(URI page, Set<URI> seen, GreenPool pool) {
    if (seen.add(page)) {
      pool.spawnN(
          () -> {
            for (URI link : linksOf(page)) {
              if (page.getHost().equals(link.getHost())) {
                visit(link, seen, pool);
              }
            }
          });
    }
  }

  // ---- producer and consumer ---------------------------------------------------------------

  /** The same, with workers that find pages and one that hands them out. */
  Set<URI> producerConsumer(URI start) {
    Set<URI> seen = new LinkedHashSet<>();
    var found = new Queue<URI>();
    var pool = new GreenPool(200);
    found.put(start);
    while (!found.isEmpty() || pool.running() > 0) {
      URI page = found.poll();
      if (page == null) {
        Eventlet.sleep(Duration.ofMillis(1));
      } else if (start.getHost().equals(page.getHost()) && seen.add(page)) {
        pool.spawnN(() -> linksOf(page).forEach(found::put));
      }
    }
    return seen;
  }

  /** Prints what a site has; its address is the argument. */
  public static void main(String[] args) {
    Eventlet.run(() -> new EventletCrawlers().recursive(URI.create(args[0])).forEach(IO::println));
  }
}
