package io.greenloop.net;

import org.jspecify.annotations.Nullable;

/**
 * How a server listens; immutable, each {@code with} makes another one.
 *
 * @param backlog connections that may wait to be accepted; the operating system may allow fewer
 * @param reusePort whether several sockets may listen on one port, and the system shares out what
 *     comes
 * @param maxConnections how many are served at a time; further ones wait in the backlog
 * @param limit see {@link StreamReader#DEFAULT_LIMIT}
 * @param keepsSocketFile whether the file of a Unix socket outlives the server
 * @param tls how its connections speak TLS; null: they do not
 */
public record ServerOptions(
    int backlog,
    boolean reusePort,
    int maxConnections,
    int limit,
    boolean keepsSocketFile,
    @Nullable TlsOptions tls) {
  /** Backlog 1024, no shared port, any number of connections, no TLS. */
  public static final ServerOptions DEFAULT =
      new ServerOptions(1024, false, Integer.MAX_VALUE, StreamReader.DEFAULT_LIMIT, false, null);

  /** Checks the numbers. */
  public ServerOptions {
    positive("backlog", backlog);
    positive("maxConnections", maxConnections);
    positive("limit", limit);
    if (tls != null) {
      tls.require("withTls", false);
    }
  }

  private static void positive(String what, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(what + " " + value + ": must be positive");
    }
  }

  /** With another backlog. */
  public ServerOptions withBacklog(int connections) {
    return new ServerOptions(connections, reusePort, maxConnections, limit, keepsSocketFile, tls);
  }

  /** With a port that several sockets share ({@code SO_REUSEPORT}), or not. */
  public ServerOptions withReusePort(boolean shared) {
    return new ServerOptions(backlog, shared, maxConnections, limit, keepsSocketFile, tls);
  }

  /** With at most so many connections at a time. */
  public ServerOptions withMaxConnections(int most) {
    return new ServerOptions(backlog, reusePort, most, limit, keepsSocketFile, tls);
  }

  /** With another limit for the readers of its connections, in bytes. */
  public ServerOptions withLimit(int bytes) {
    return new ServerOptions(backlog, reusePort, maxConnections, bytes, keepsSocketFile, tls);
  }

  /**
   * With a file of a Unix socket that stays when the server is closed, or is removed. It is removed
   * unless told otherwise, and only if it is still the server's own.
   */
  public ServerOptions withKeepsSocketFile(boolean keeps) {
    return new ServerOptions(backlog, reusePort, maxConnections, limit, keeps, tls);
  }

  /**
   * With TLS: the handler of a connection begins, or its protocol is told of it, when its handshake
   * is done. One that fails or takes too long is reported, ends its connection, and concerns no
   * other.
   *
   * @throws IllegalArgumentException if these are the options of a client
   */
  public ServerOptions withTls(TlsOptions options) {
    return new ServerOptions(backlog, reusePort, maxConnections, limit, keepsSocketFile, options);
  }
}
