package io.greenloop.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * JUnit 5 support: a leak check after each test, and a {@link TestLoop} as a parameter.
 *
 * <p><b>Leaks:</b> a test fails when it leaves behind an open loop, a thread that keeps the JVM
 * alive, or a worker thread of a loop; the failure names them, with the loop's tasks and timers.
 *
 * <p><b>Stalls:</b> a test marked {@link FailsOnStall} fails when a loop is held for too long.
 *
 * <p><b>Parameters:</b> {@code TestLoop}: on virtual time, by the seed of the test if it is one of
 * {@link Seeds}; closed after the test. {@code long}, in a test of {@link Seeds}: the seed.
 *
 * <p>Registered by {@link GreenloopTest}, or for all classes by {@code
 * junit.jupiter.extensions.autodetection.enabled=true} in {@code junit-platform.properties}.
 */
public final class GreenloopExtension
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(GreenloopExtension.class);

  /** Made by JUnit. */
  public GreenloopExtension() {}

  @Override
  public void beforeEach(ExtensionContext context) {
    store(context).getOrComputeIfAbsent(LeakCheck.class, key -> LeakCheck.begin(), LeakCheck.class);
    store(context)
        .getOrComputeIfAbsent(StallCheck.class, key -> StallCheck.begin(context), StallCheck.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Injected injected = store(context).get(Injected.class, Injected.class);
    StallCheck stalls = store(context).remove(StallCheck.class, StallCheck.class);
    LeakCheck before = store(context).remove(LeakCheck.class, LeakCheck.class);
    try {
      if (injected != null) {
        injected.loop.close();
      }
    } finally {
      try {
        if (before != null) {
          before.end();
        }
      } finally {
        if (stalls != null) {
          stalls.end();
        }
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == TestLoop.class || (type == long.class && SeedInvocation.seedOf(context) != null);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Long seed = SeedInvocation.seedOf(context);
    if (parameter.getParameter().getType() == long.class && seed != null) {
      return seed;
    }
    // Before the loop is made: parameters are resolved before or after beforeEach.
    beforeEach(context);
    return store(context)
        .getOrComputeIfAbsent(
            Injected.class,
            key -> new Injected(seed == null ? TestLoop.virtual() : TestLoop.virtual(seed)),
            Injected.class)
        .loop;
  }

  private static ExtensionContext.Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  /** In a record, because JUnit closes what is closeable in its store, too late for us. */
  private record Injected(TestLoop loop) {}
}
