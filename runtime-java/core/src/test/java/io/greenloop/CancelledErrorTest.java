package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.FullMode;
import org.junit.jupiter.api.Test;

class CancelledErrorTest {
  @Test
  void liesOutsideException() {
    assertThat(new CancelledError("enough")).isNotInstanceOf(Exception.class).hasMessage("enough");
  }

  @Test
  @FullMode("the JDK's continuations are closed without flags")
  void continuationsAreOpenInFullMode() throws Exception {
    var continuation = Class.forName("jdk.internal.vm.Continuation");

    assertThat(
            Object.class
                .getModule()
                .isExported(continuation.getPackageName(), getClass().getModule()))
        .isTrue();
  }
}
