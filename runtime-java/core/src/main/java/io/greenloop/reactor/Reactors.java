package io.greenloop.reactor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * Selects the engine of a new loop.
 *
 * <p><b>Room:</b> any thread.
 */
public final class Reactors {
  /** The system property that names an engine. */
  public static final String ENGINE_PROPERTY = "greenloop.engine";

  private Reactors() {}

  /**
   * Opens the engine that {@code -Dgreenloop.engine} names, or else the best one available.
   *
   * @throws IllegalArgumentException if the property names no engine that is known here
   * @throws IllegalStateException if the engine it names cannot run here, or there is none at all
   * @throws IOException if the operating system refuses it
   */
  public static Reactor open() throws IOException {
    return select(System.getProperty(ENGINE_PROPERTY, ""), providers()).open();
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
      return providers.stream()
          .filter(p -> p.unavailableBecause().isEmpty())
          .findFirst()
          .orElseThrow(() -> new IllegalStateException(noneFound()));
    }
    ReactorProvider named =
        providers.stream()
            .filter(p -> p.name().equals(wanted))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(unknown(wanted, providers)));
    named
        .unavailableBecause()
        .ifPresent(
            reason -> {
              throw new IllegalStateException(
                  ENGINE_PROPERTY
                      + ": engine '"
                      + wanted
                      + "' cannot run here: "
                      + reason
                      + "; leave the property unset");
            });
    return named;
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
