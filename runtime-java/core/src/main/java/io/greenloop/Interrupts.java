package io.greenloop;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Predicate;

/** How a request looks that reached a task through code which knows nothing of us. */
final class Interrupts {
  private Interrupts() {}

  /** Whether {@code thrown} is what an interrupt makes of a wait, or was made of that. */
  static boolean isBehind(Throwable thrown) {
    return isBehind(thrown, Interrupts::isInterrupt);
  }

  /** Whether {@code thrown} was made of a cancel that was thrown. */
  static boolean isCancelBehind(Throwable thrown) {
    return isBehind(thrown, each -> each instanceof CancelledError);
  }

  private static boolean isInterrupt(Throwable thrown) {
    return thrown instanceof InterruptedException
        || thrown instanceof ClosedByInterruptException
        || (thrown instanceof InterruptedIOException && !(thrown instanceof SocketTimeoutException))
        || (thrown instanceof SocketException && "Closed by interrupt".equals(thrown.getMessage()));
  }

  /** A cause only: what is suppressed came after the error, which was not made of it. */
  private static boolean isBehind(Throwable thrown, Predicate<Throwable> wanted) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable each = thrown; each != null && seen.add(each); each = each.getCause()) {
      if (wanted.test(each)) {
        return true;
      }
      if (isSettled(each)) {
        return false;
      }
    }
    return false;
  }

  /** What is behind these belongs to a request that has had its effect. */
  private static boolean isSettled(Throwable thrown) {
    return thrown instanceof CancelledError || thrown instanceof AsyncTimeoutException;
  }
}
