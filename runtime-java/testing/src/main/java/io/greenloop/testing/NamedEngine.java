package io.greenloop.testing;

import io.greenloop.reactor.Reactors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips all tests where {@code -Dgreenloop.engine} names an engine that cannot run here, and says
 * why: they would run on another one, and prove nothing of this one.
 *
 * <p>Registered like {@link GreenloopExtension} by {@code
 * junit.jupiter.extensions.autodetection.enabled=true}.
 */
public final class NamedEngine implements ExecutionCondition {
  private static final String WANTED = System.getProperty(Reactors.ENGINE_PROPERTY, "");

  /** Made by JUnit. */
  public NamedEngine() {}

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Reactors.providers().stream()
        .filter(each -> each.name().equals(WANTED))
        .flatMap(each -> each.unavailableBecause().stream())
        .findFirst()
        .map(
            reason ->
                ConditionEvaluationResult.disabled(
                    "engine " + WANTED + " cannot run here: " + reason))
        .orElseGet(() -> ConditionEvaluationResult.enabled("the engine can run"));
  }
}
