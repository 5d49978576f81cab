package io.greenloop.net;

import java.io.IOException;
import java.net.BindException;
import java.util.Locale;

/**
 * Tells apart by type what the JDK tells apart by text only: its socket calls throw one {@code
 * SocketException} or a bare {@code IOException} with the words of the operating system.
 *
 * <p>These are English in most places, and known then. Elsewhere they are compared with what {@link
 * SystemWords the system itself} says. What is recognised by neither stays what it is.
 */
final class ConnectionErrors {
  private ConnectionErrors() {}

  /**
   * Why a direction ends whose wire has thrown {@code thrown}: no throw leaves it silently deaf.
   */
  static IOException reason(String verb, Object channel, Throwable thrown) {
    return thrown instanceof IOException e
        ? e
        : new IOException(verb + " on " + channel + " failed: " + thrown, thrown);
  }

  /**
   * {@code error} of {@code verb} on {@code channel}, by its kind; itself if it is none of ours.
   */
  static IOException classified(String verb, Object channel, IOException error) {
    String text = error.getMessage() == null ? "" : error.getMessage();
    String known = text.toLowerCase(Locale.ROOT);
    String what = verb + " on " + channel + ": ";
    if (known.contains("connection reset")
        || known.contains("forcibly closed")
        || text.equals(SystemWords.here().reset())) {
      return new ConnectionResetException(what + "the other side reset the connection", error);
    }
    if (known.contains("broken pipe") || text.equals(SystemWords.here().brokenPipe())) {
      return new BrokenPipeException(what + "the other side has closed the connection", error);
    }
    if (known.contains("connection abort") || known.contains("connection was aborted")) {
      return new ConnectionAbortedException(what + "this system gave the connection up", error);
    }
    return error;
  }

  /** Whether the address is none of this machine, rather than taken. */
  static boolean saysNotOurs(BindException error) {
    String text = String.valueOf(error.getMessage());
    return text.contains("Cannot assign requested address")
        || text.equals(SystemWords.here().notOurs());
  }
}
