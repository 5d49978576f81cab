package io.greenloop.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The parity rows that a test proves: it fails when one of them breaks.
 *
 * <p>An ID names a rule of the library that a port comes from, such as {@code "TASK-3"} (asyncio)
 * or {@code "GL-1.3.2"} (greenlet). On a type it counts for each of its tests.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Parity {
  /** The IDs of the rows. */
  String[] value();
}
