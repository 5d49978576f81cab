package io.greenloop.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test, or a class of tests, that fails when a loop is held for too long while it runs: by code
 * that computes, by a blocking call in a callback, or (in portable mode) by any blocking call. The
 * failure says which task, at which line, and for how long.
 *
 * <p>For all tests of a project: {@code greenloop.test.failOnStall=500} (milliseconds) in {@code
 * junit-platform.properties}, where {@link GreenloopExtension} is registered for all classes.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@ExtendWith(GreenloopExtension.class)
public @interface FailsOnStall {
  /** How long a loop may be held, in milliseconds, at least 5; kept to about a fifth of itself. */
  long millis() default 500;
}
