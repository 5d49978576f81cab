package io.greenloop.testing;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/**
 * One run of a test of {@link Seeds}.
 *
 * @param failed the first seed of the test that has failed: those behind it would say the same
 */
record SeedInvocation(long seed, AtomicReference<@Nullable Long> failed)
    implements TestTemplateInvocationContext {
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
    return List.of(new Rules(seed, failed));
  }

  /** Makes the seed known and says how to replay a failure. */
  private record Rules(long seed, AtomicReference<@Nullable Long> failed)
      implements ExecutionCondition,
          BeforeEachCallback,
          ParameterResolver,
          TestExecutionExceptionHandler {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Long before = failed.get();
      return before == null
          ? ConditionEvaluationResult.enabled("no seed has failed")
          : ConditionEvaluationResult.disabled("seed " + before + " has failed");
    }

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
      failed.compareAndSet(null, seed);
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
