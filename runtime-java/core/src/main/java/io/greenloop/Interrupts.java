package io.greenloop;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.nio.channels.ClosedByInterruptException;

/** How a cancel looks that reached a task through an interrupt of foreign code. */
final class Interrupts {
  private Interrupts() {}

  static boolean isCancelInDisguise(Throwable thrown) {
    return thrown instanceof InterruptedException
        || thrown instanceof ClosedByInterruptException
        || (thrown instanceof InterruptedIOException
            && !(thrown instanceof java.net.SocketTimeoutException))
        || (thrown instanceof SocketException && "Closed by interrupt".equals(thrown.getMessage()));
  }
}
