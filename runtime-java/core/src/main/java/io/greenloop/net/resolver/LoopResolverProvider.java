package io.greenloop.net.resolver;

import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import org.jspecify.annotations.Nullable;

/**
 * Puts {@link LoopResolver} before the JDK's own resolver, unless {@code -Dgreenloop.resolver=off}.
 */
public final class LoopResolverProvider extends InetAddressResolverProvider {
  /** The system property that turns this provider off, with the value {@code off}. */
  public static final String PROPERTY = "greenloop.resolver";

  private static volatile @Nullable LoopResolver installed;

  /** For {@link java.util.ServiceLoader}. */
  public LoopResolverProvider() {}

  /**
   * The resolver that this JVM uses, or null if it uses another one, or has not resolved anything
   * yet.
   */
  public static @Nullable LoopResolver installed() {
    return installed;
  }

  /** Whether the property turns this provider off. */
  public static boolean isOff() {
    return "off".equals(System.getProperty(PROPERTY));
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    if (isOff()) {
      return configuration.builtinResolver();
    }
    var resolver = new LoopResolver(configuration.builtinResolver());
    installed = resolver;
    return resolver;
  }

  @Override
  public String name() {
    return "greenloop";
  }
}
