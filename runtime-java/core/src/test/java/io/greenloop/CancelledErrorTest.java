package io.greenloop;

import static org.assertj.core.api.Assertions.assertThat;

import io.greenloop.testing.FullMode;
import io.greenloop.testing.Parity;
import org.junit.jupiter.api.Test;

class CancelledErrorTest {
  @Test
  @Parity("EXC-1")
  void liesOutsideExceptionAndCarriesItsReason() {
    assertThat(new CancelledError("enough")).isNotInstanceOf(Exception.class).hasMessage("enough");
    assertThat(new CancelledError("enough").reason()).isEqualTo("enough");
    assertThat(new CancelledError().reason()).isNull();
    var cause = new InterruptedException();
    assertThat(new CancelledError("enough", cause)).hasCause(cause);
  }

  @Test
  @Parity("EXC-2")
  void aTimeoutIsUncheckedAndConvertsAtTheEdge() {
    var timeout = new AsyncTimeoutException("limit");
    assertThat(timeout).isInstanceOf(RuntimeException.class);
    assertThat(timeout.toChecked())
        .isInstanceOf(java.util.concurrent.TimeoutException.class)
        .hasMessage("limit")
        .hasCause(timeout);
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
