package io.greenloop.examples.jobs;

import io.greenloop.gevent.Gevent;
import java.util.Map;

/** What jobs do on the loop. */
final class Kinds {
  /** What a job of a kind does. */
  @FunctionalInterface
  interface Kind {
    String run(String argument) throws Exception;
  }

  static final Map<String, Kind> ALL = Map.of("sleep", Kinds::sleep, "sum", Kinds::total);

  private Kinds() {}

  private static String sleep(String argument) {
    Gevent.sleep(Options.parseSeconds(argument));
    return "slept " + argument;
  }

  private static String total(String argument) {
    long total = 0;
    for (String word : argument.strip().split(" +", -1)) {
      if (!word.matches("\\d{1,18}")) {
        throw new Refused("not a number: " + word);
      }
      total += Long.parseLong(word);
      Gevent.sleep(); // whoever is ready goes first
    }
    return String.valueOf(total);
  }
}
