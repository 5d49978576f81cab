package io.greenloop.examples;

import static io.greenloop.Aio.gatherSettled;
import static io.greenloop.Aio.spawn;
import static java.lang.IO.println;

import io.greenloop.Aio;
import io.greenloop.Outcome;
import io.greenloop.RunOptions;
import io.greenloop.Task;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/**
 * Fetches articles at once and keeps of each what the selectors find, by its address: an address
 * that is given twice is fetched once, what a page does not have is "(none)", and a page that fails
 * leaves its failure.
 */
public final class PageScraper {
  private PageScraper() {}

  /** What is kept of a page. */
  record Article(String title, List<String> paragraphs, String author, String date) {
    static Article of(Document page) {
      List<String> paragraphs = page.select("article p").eachText();
      return new Article(
          first(page, "h1"), paragraphs, first(page, ".author"), first(page, "time"));
    }

    private static String first(Document page, String selector) {
      Element found = page.selectFirst(selector);
      return found == null ? "(none)" : found.text();
    }
  }

  private static Article scrape(HttpClient client, String url)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url)).build();
    var answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() >= 400) {
      throw new IOException("status " + answer.statusCode());
    }
    return Article.of(Jsoup.parse(answer.body(), url));
  }

  private static Map<String, Outcome<Article>> scrapeAll(HttpClient client, List<String> urls) {
    var distinct = new LinkedHashSet<>(urls);
    List<Task<Article>> tasks = new ArrayList<>();
    for (String url : distinct) {
      tasks.add(spawn(() -> scrape(client, url)));
    }
    List<Outcome<Article>> outcomes = gatherSettled(tasks).join();

    Map<String, Outcome<Article>> byUrl = new LinkedHashMap<>();
    distinct.forEach(url -> byUrl.put(url, outcomes.get(byUrl.size())));
    return byUrl;
  }

  static void run(RunOptions options, List<String> urls) {
    try (var client = HttpClient.newHttpClient()) {
      Map<String, Outcome<Article>> articles = Aio.run(options, () -> scrapeAll(client, urls));
      articles.forEach(
          (url, article) ->
              println(url + ": " + (article.isFailure() ? article.failure() : article.result())));
    }
  }

  /** Scrapes the addresses on the command line. */
  public static void main(String[] args) {
    run(RunOptions.DEFAULT, List.of(args));
  }
}
