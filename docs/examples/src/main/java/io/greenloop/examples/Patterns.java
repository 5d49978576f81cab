package io.greenloop.examples;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Programs in a few lines, by name: what {@code main} of the pattern classes runs. */
final class Patterns {
  /** One of them. */
  @FunctionalInterface
  interface Pattern {
    /** Runs it; {@code out} gets what it prints, a line each. */
    void run(Consumer<String> out) throws Exception;
  }

  private Patterns() {}

  /** Those that {@code names} name, or all, each with its name above what it prints. */
  static void print(Map<String, Pattern> patterns, String[] names) throws Exception {
    for (String name : names.length == 0 ? patterns.keySet() : List.of(names)) {
      Pattern pattern = patterns.get(name);
      if (pattern == null) {
        throw new IllegalArgumentException("'" + name + "' is none of " + patterns.keySet());
      }
      IO.println("-- " + name);
      pattern.run(IO::println);
    }
  }
}
