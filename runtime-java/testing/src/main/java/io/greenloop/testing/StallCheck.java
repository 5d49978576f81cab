package io.greenloop.testing;

import io.greenloop.Registration;
import io.greenloop.inspect.Stall;
import io.greenloop.inspect.Stalls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The stalls during one test. */
final class StallCheck {
  private static final String FOR_ALL = "greenloop.test.failOnStall";

  private final List<Stall> seen = new CopyOnWriteArrayList<>();
  private final Optional<Registration> registration;

  private StallCheck(Optional<Duration> limit) {
    registration = limit.map(atLeast -> Stalls.onStall(atLeast, seen::add));
  }

  /** Begins to watch, if the test or the configuration asks for that. */
  static StallCheck begin(ExtensionContext context) {
    return new StallCheck(limitOf(context).map(Duration::ofMillis));
  }

  private static Optional<Long> limitOf(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getElement(), FailsOnStall.class)
        .or(
            () ->
                AnnotationSupport.findAnnotation(
                    context.getRequiredTestClass(), FailsOnStall.class))
        .map(FailsOnStall::millis)
        .or(() -> context.getConfigurationParameter(FOR_ALL, Long::parseLong));
  }

  /**
   * Ends the watch.
   *
   * @throws AssertionError if a loop was held for too long
   */
  void end() {
    registration.ifPresent(Registration::remove);
    if (!seen.isEmpty()) {
      throw new AssertionError(
          "a loop was held during this test:\n"
              + String.join("\n", seen.stream().map(Stall::toString).toList()));
    }
  }
}
