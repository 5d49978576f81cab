package io.greenloop.eventlet;

import java.util.Set;

/**
 * What a {@link Tpool#proxy} does besides calling on another thread; immutable.
 *
 * @param autowrap interfaces whose instances are given as proxies, too
 * @param autowrapNames methods whose results are given as proxies, by the interface they declare
 * @param direct methods that are called right here (Python: {@code nonblocking=True})
 */
public record ProxyOptions(Set<Class<?>> autowrap, Set<String> autowrapNames, Set<String> direct) {
  /** Results are given as they are, all methods are called on the pool. */
  public static final ProxyOptions DEFAULT = new ProxyOptions(Set.of(), Set.of(), Set.of());

  /** Copies the sets. */
  public ProxyOptions {
    autowrap = Set.copyOf(autowrap);
    autowrapNames = Set.copyOf(autowrapNames);
    direct = Set.copyOf(direct);
  }

  /** Wraps results that are one of {@code interfaces}. */
  public ProxyOptions withAutowrap(Class<?>... interfaces) {
    return new ProxyOptions(Set.of(interfaces), autowrapNames, direct);
  }

  /** Wraps what the methods of these {@code names} give. */
  public ProxyOptions withAutowrapNames(String... names) {
    return new ProxyOptions(autowrap, Set.of(names), direct);
  }

  /** Calls the methods of these {@code names} right here. */
  public ProxyOptions withDirect(String... names) {
    return new ProxyOptions(autowrap, autowrapNames, Set.of(names));
  }
}
