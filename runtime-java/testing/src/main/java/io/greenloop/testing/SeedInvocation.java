package io.greenloop.testing;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/** One run of a test of {@link Seeds}. */
record SeedInvocation(long seed) implements TestTemplateInvocationContext {
  private static final Namespace NAMESPACE = Namespace.create(SeedInvocation.class);

  /** The seed of the test that runs, or null. */
  static @Nullable Long seedOf(ExtensionContext context) {
    return context.getStore(NAMESPACE).get(Seeds.class, Long.class);
  }

  @Override
  public String getDisplayName(int invocationIndex) {
    return "seed " + seed;
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(new Rules(seed));
  }

  /** Makes the seed known and says how to replay a failure. */
  private record Rules(long seed)
      implements BeforeEachCallback, ParameterResolver, TestExecutionExceptionHandler {
    @Override
    public void beforeEach(ExtensionContext context) {
      context.getStore(NAMESPACE).put(Seeds.class, seed);
    }

    // Asked before any other resolver takes a parameter: only notes the seed.
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      beforeEach(context);
      return false;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      throw new AssertionError("resolves nothing");
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
        throws Throwable {
      var replay = new Replay(seed);
      System.err.println(context.getDisplayName() + " failed: " + replay.getMessage());
      thrown.addSuppressed(replay);
      throw thrown;
    }
  }

  /** How to run the failed seed again. */
  private static final class Replay extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Replay(long seed) {
      super("replay with -Dgreenloop.seed=" + seed, null, false, false);
    }
  }
}
