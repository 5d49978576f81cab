package io.greenloop.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class with {@link GreenloopExtension}. Not needed where {@code
 * junit.jupiter.extensions.autodetection.enabled=true} registers it for every class.
 */
@Documented
@Inherited
@ExtendWith(GreenloopExtension.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface GreenloopTest {}
