package io.greenloop.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A test that only holds with the JVM flags of full mode; it is skipped where the system property
 * {@code greenloop.test.mode} is {@code portable}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@ExtendWith(FullMode.Condition.class)
public @interface FullMode {
  /** What portable mode lacks that this test needs. */
  String value();

  /** Skips what {@link FullMode} marks while the suite runs in portable mode. */
  final class Condition implements ExecutionCondition {
    /** Made by JUnit. */
    public Condition() {}

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (!"portable".equals(System.getProperty("greenloop.test.mode"))) {
        return ConditionEvaluationResult.enabled("full mode");
      }
      return context
          .getElement()
          .flatMap(element -> AnnotationSupport.findAnnotation(element, FullMode.class))
          .map(mark -> ConditionEvaluationResult.disabled("needs full mode: " + mark.value()))
          .orElseGet(() -> ConditionEvaluationResult.enabled("not marked"));
    }
  }
}
