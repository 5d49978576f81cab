package io.greenloop.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A test that lets real time pass, because what it proves happens outside of a loop. It asserts
 * lower bounds only. Carries the tag {@code real-time}.
 */
@Documented
@Tag("real-time")
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface RealTime {}
