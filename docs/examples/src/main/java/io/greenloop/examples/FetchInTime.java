package io.greenloop.examples;

import static java.lang.IO.println;
import static java.util.Locale.ROOT;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.EventLoop;
import io.greenloop.RunOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** Fetches pages one after the other, with a time limit for the whole run. */
public final class FetchInTime {
  private static final int START = 40;

  private FetchInTime() {}

  /** Blocking code, as the JDK has it: in a task it parks the task. */
  private static void fetch(HttpClient client, String url) throws InterruptedException {
    EventLoop loop = EventLoop.current();
    Duration begin = loop.time();
    HttpResponse<String> answer;
    try {
      answer =
          client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      println("Failed to connect to " + url);
      return;
    }
    if (answer.statusCode() >= 400) {
      println(url + " answered " + answer.statusCode());
      return;
    }
    double seconds = loop.time().minus(begin).toMillis() / 1000.0;
    String text = answer.body().strip();
    println(String.format(ROOT, "%s took %.2fs", url, seconds));
    println(text.substring(0, Math.min(START, text.length())));
  }

  static void run(RunOptions options, Duration limit, List<String> urls) {
    try (var client = HttpClient.newHttpClient()) {
      Aio.run(
          options.timeout(limit),
          () -> {
            for (String url : urls) {
              fetch(client, url);
            }
          });
    } catch (AsyncTimeoutException e) {
      println("The time was up after " + limit.toMillis() + " ms");
    }
  }

  /** Fetches the addresses on the command line, or two well-known ones, in five seconds. */
  public static void main(String[] args) {
    List<String> urls =
        args.length > 0
            ? List.of(args)
            : List.of("https://openjdk.org/", "https://kotlinlang.org/");
    run(RunOptions.DEFAULT, Duration.ofSeconds(5), urls);
  }
}
