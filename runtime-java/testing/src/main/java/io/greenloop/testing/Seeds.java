package io.greenloop.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A test that runs once per seed: {@code @Seeds(200) void anyOrderWorks(TestLoop t, long seed)}.
 *
 * <p>The loop that is injected picks among ready task steps by the seed; what else is random comes
 * from the parameter. A failure prints {@code replay with -Dgreenloop.seed=7}: that property runs
 * the one seed. The seeds behind one that failed are skipped. {@code -Dgreenloop.seeds=N} runs N
 * seeds for each such test.
 */
@Documented
@TestTemplate
@ExtendWith({GreenloopExtension.class, Seeds.Provider.class})
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Seeds {
  /** How many seeds, where {@code greenloop.seeds} does not say. */
  int value() default 20;

  /** Lists the seeds of a test. */
  final class Provider implements TestTemplateInvocationContextProvider {
    /** Made by JUnit. */
    public Provider() {}

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
      return context
          .getElement()
          .map(e -> AnnotationSupport.isAnnotated(e, Seeds.class))
          .orElse(false);
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
        ExtensionContext context) {
      Long one = Long.getLong("greenloop.seed");
      if (one != null) {
        return Stream.of(new SeedInvocation(one, new AtomicReference<>()));
      }
      int number =
          Integer.getInteger(
              "greenloop.seeds",
              context.getRequiredTestMethod().getAnnotation(Seeds.class).value());
      var failed = new AtomicReference<@Nullable Long>();
      return LongStream.rangeClosed(1, number).mapToObj(seed -> new SeedInvocation(seed, failed));
    }
  }
}
