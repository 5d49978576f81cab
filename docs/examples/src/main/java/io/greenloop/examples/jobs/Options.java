package io.greenloop.examples.jobs;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The options of the command line, {@code --name value} (Python: argparse). */
final class Options {
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("port", "7070"),
          Map.entry("backdoor", "7071"),
          Map.entry("connections", "100"),
          Map.entry("workers", "4"),
          Map.entry("room", "1000"),
          Map.entry("limit", "60"),
          Map.entry("idle", "300"),
          Map.entry("grace", "10"),
          Map.entry("period", "5"),
          Map.entry("statistics", "/tmp/job-server.log"));

  private final Map<String, String> values = new HashMap<>(DEFAULTS);

  Options(String[] args) {
    for (int i = 0; i + 1 < args.length; i += 2) {
      String name = args[i].substring(2);
      if (values.put(name, args[i + 1]) == null) {
        throw new IllegalArgumentException("--" + name + " is none of " + DEFAULTS.keySet());
      }
    }
  }

  String text(String name) {
    return values.getOrDefault(name, "");
  }

  int number(String name) {
    return Integer.parseInt(text(name));
  }

  Duration seconds(String name) {
    return parseSeconds(text(name));
  }

  /** Python's seconds, "0.5", as a duration. */
  static Duration parseSeconds(String seconds) {
    return Duration.ofNanos((long) (Double.parseDouble(seconds) * 1e9));
  }
}
