package io.greenloop.eventlet;

import io.greenloop.AsyncTimeoutException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeoutException;

/** About time limits of all kinds. */
public final class Timeouts {
  private Timeouts() {}

  /** Whether {@code thrown} means that a time limit is over, whoever set it. */
  public static boolean isTimeout(Throwable thrown) {
    return thrown instanceof TimeoutLike
        || thrown instanceof SocketTimeoutException
        || thrown instanceof TimeoutException
        || thrown instanceof AsyncTimeoutException
        || thrown.getClass().getName().equals("java.net.http.HttpTimeoutException");
  }
}
