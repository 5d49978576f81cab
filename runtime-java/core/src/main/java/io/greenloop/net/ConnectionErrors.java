package io.greenloop.net;

import java.io.IOException;
import java.util.Locale;

/**
 * Tells apart by type what the JDK tells apart by text only: its socket calls throw one {@code
 * SocketException} or a bare {@code IOException} with the words of the operating system.
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
    String text = error.getMessage() == null ? "" : error.getMessage().toLowerCase(Locale.ROOT);
    String what = verb + " on " + channel + ": ";
    if (text.contains("connection reset") || text.contains("forcibly closed")) {
      return new ConnectionResetException(what + "the other side reset the connection", error);
    }
    if (text.contains("broken pipe")) {
      return new BrokenPipeException(what + "the other side has closed the connection", error);
    }
    if (text.contains("connection abort") || text.contains("connection was aborted")) {
      return new ConnectionAbortedException(what + "this system gave the connection up", error);
    }
    return error;
  }
}
