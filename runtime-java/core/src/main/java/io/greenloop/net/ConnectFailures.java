package io.greenloop.net;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why nobody answers: one error made of those of all attempts. */
final class ConnectFailures {
  private final ConnectOptions options;
  private final List<IOException> failures = new ArrayList<>();

  ConnectFailures(ConnectOptions options) {
    this.options = options;
  }

  /** {@code error} of one attempt, of the same kind, with the addresses in its text. */
  static IOException named(
      SocketAddress remote, @Nullable InetSocketAddress local, IOException error) {
    String text =
        "connect to "
            + AddressTexts.of(remote)
            + (local == null ? "" : " from " + AddressTexts.of(local))
            + ": "
            + error.getMessage();
    return ofKind(ConnectionErrors.classified("connect", remote, error), text, error);
  }

  /** One more, made by {@link #named}. */
  void add(IOException failure) {
    failures.add(failure);
  }

  /**
   * The only failure; or one that lists all of them, which it carries as suppressed, of their kind
   * if they are of one.
   */
  IOException combined() {
    IOException first = failures.getFirst();
    if (failures.size() == 1) {
      return first;
    }
    String all =
        options
            + ": none of "
            + failures.size()
            + " addresses answers: "
            + failures.stream().map(Throwable::getMessage).collect(Collectors.joining("; "));
    boolean alike = failures.stream().allMatch(e -> e.getClass() == first.getClass());
    IOException combined = alike ? ofKind(first, all, null) : new IOException(all);
    failures.forEach(combined::addSuppressed);
    return combined;
  }

  private static IOException ofKind(IOException kind, String text, @Nullable IOException cause) {
    if (kind instanceof ConnectionResetException) {
      return new ConnectionResetException(text, cause);
    }
    IOException made =
        switch (kind) {
          case ConnectException e -> new ConnectException(text);
          case NoRouteToHostException e -> new NoRouteToHostException(text);
          case BindException e -> new BindException(text);
          case SocketException e -> new SocketException(text);
          default -> new IOException(text);
        };
    if (cause != null) {
      made.initCause(cause);
    }
    return made;
  }
}
