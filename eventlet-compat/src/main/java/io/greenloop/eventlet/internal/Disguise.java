package io.greenloop.eventlet.internal;

import io.greenloop.Aio;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What was thrown into a task that was parked in foreign code comes out of there in disguise. */
public final class Disguise {
  private Disguise() {}

  /** Calls {@code body}; what interrupted foreign code in it is thrown as it is. */
  public static <T extends @Nullable Object> T unmasked(Callable<? extends T> body) {
    try {
      return body.call();
    } catch (Throwable thrown) {
      if (isInterrupt(thrown)) {
        Aio.yieldNow(); // throws what interrupted the foreign code
      }
      throw Sneaky.raise(thrown);
    }
  }

  private static boolean isInterrupt(Throwable thrown) {
    return thrown instanceof InterruptedException
        || thrown instanceof ClosedByInterruptException
        || (thrown instanceof InterruptedIOException && !(thrown instanceof SocketTimeoutException))
        || thrown instanceof SocketException;
  }
}
