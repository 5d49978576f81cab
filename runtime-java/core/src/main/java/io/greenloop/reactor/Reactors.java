package io.greenloop.reactor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Selects the engine of a new loop.
 *
 * <p><b>Room:</b> any thread.
 */
public final class Reactors {
  /** The system property that names an engine. */
  public static final String ENGINE_PROPERTY = "greenloop.engine";

  /** Of which engines it has been said that they cannot run. */
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private Reactors() {}

  /**
   * Opens the engine that {@code -Dgreenloop.engine} names, or else the best one available; that
   * one, too, where the engine that is named cannot run, which is logged once.
   *
   * @throws IllegalArgumentException if the property names no engine that is known here
   * @throws IllegalStateException if there is no engine at all
   * @throws IOException if the operating system refuses it
   */
  public static Reactor open() throws IOException {
    return select(System.getProperty(ENGINE_PROPERTY, ""), providers()).open();
  }

  /**
   * Which engine {@link #open} opens, and why that one, in a few words; for people.
   *
   * @throws IllegalArgumentException if the property names no engine that is known here
   */
  public static String describe() {
    return describe(System.getProperty(ENGINE_PROPERTY, ""), providers());
  }

  static String describe(String wanted, List<ReactorProvider> providers) {
    if (!wanted.isEmpty()) {
      ReactorProvider named = named(wanted, providers);
      Optional<String> trouble = named.unavailableBecause();
      return trouble.isEmpty()
          ? wanted + ", named by -D" + ENGINE_PROPERTY
          : best(providers).name() + "; not " + wanted + ", which is named: " + trouble.get();
    }
    ReactorProvider best = best(providers);
    return best.name()
        + providers.stream()
            .takeWhile(each -> each != best)
            .map(each -> "; not " + each.name() + ": " + each.unavailableBecause().orElse(""))
            .collect(Collectors.joining());
  }

  /** All known engines, best first, whether or not they can run here. */
  public static List<ReactorProvider> providers() {
    var found = new ArrayList<ReactorProvider>();
    // Our own class loader and not the caller's: which engines there are is no matter of who starts
    // a loop.
    ServiceLoader.load(ReactorProvider.class, Reactors.class.getClassLoader()).forEach(found::add);
    found.sort(Comparator.comparingInt(ReactorProvider::priority).reversed());
    return found;
  }

  static ReactorProvider select(String wanted, List<ReactorProvider> providers) {
    if (wanted.isEmpty()) {
      return best(providers);
    }
    ReactorProvider named = named(wanted, providers);
    Optional<String> trouble = named.unavailableBecause();
    if (trouble.isEmpty()) {
      return named;
    }
    ReactorProvider instead = best(providers);
    if (TOLD.add(wanted)) {
      System.getLogger("io.greenloop")
          .log(
              System.Logger.Level.WARNING,
              "engine {0}, not {1}, which -D{2} names: {3}",
              instead.name(),
              wanted,
              ENGINE_PROPERTY,
              trouble.get());
    }
    return instead;
  }

  private static ReactorProvider named(String wanted, List<ReactorProvider> providers) {
    return providers.stream()
        .filter(p -> p.name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(unknown(wanted, providers)));
  }

  private static ReactorProvider best(List<ReactorProvider> providers) {
    return providers.stream()
        .filter(p -> p.unavailableBecause().isEmpty())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(noneFound()));
  }

  private static String unknown(String wanted, List<ReactorProvider> providers) {
    String names = providers.stream().map(ReactorProvider::name).collect(Collectors.joining(", "));
    return ENGINE_PROPERTY + " = '" + wanted + "' (expected one of " + names + ")";
  }

  /** Happens only to a repackaged jar: the portable engine is available everywhere. */
  private static String noneFound() {
    return "no engine found; keep META-INF/services/"
        + ReactorProvider.class.getName()
        + " when repackaging the jar";
  }
}
