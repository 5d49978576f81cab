package io.greenloop.net;

/**
 * How a server listens; immutable, each {@code with} makes another one.
 *
 * @param backlog connections that may wait to be accepted; the operating system may allow fewer
 * @param reusePort whether several sockets may listen on one port, and the system shares out what
 *     comes
 * @param maxConnections how many are served at a time; further ones wait in the backlog
 * @param limit see {@link StreamReader#DEFAULT_LIMIT}
 * @param keepsSocketFile whether the file of a Unix socket outlives the server
 */
public record ServerOptions(
    int backlog, boolean reusePort, int maxConnections, int limit, boolean keepsSocketFile) {
  /** Backlog 1024, no shared port, any number of connections. */
  public static final ServerOptions DEFAULT =
      new ServerOptions(1024, false, Integer.MAX_VALUE, StreamReader.DEFAULT_LIMIT, false);

  /** Checks the numbers. */
  public ServerOptions {
    positive("backlog", backlog);
    positive("maxConnections", maxConnections);
    positive("limit", limit);
  }

  private static void positive(String what, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(what + " " + value + ": must be positive");
    }
  }

  /** With another backlog. */
  public ServerOptions withBacklog(int connections) {
    return new ServerOptions(connections, reusePort, maxConnections, limit, keepsSocketFile);
  }

  /** With a port that several sockets share ({@code SO_REUSEPORT}), or not. */
  public ServerOptions withReusePort(boolean shared) {
    return new ServerOptions(backlog, shared, maxConnections, limit, keepsSocketFile);
  }

  /** With at most so many connections at a time. */
  public ServerOptions withMaxConnections(int most) {
    return new ServerOptions(backlog, reusePort, most, limit, keepsSocketFile);
  }

  /** With another limit for the readers of its connections, in bytes. */
  public ServerOptions withLimit(int bytes) {
    return new ServerOptions(backlog, reusePort, maxConnections, bytes, keepsSocketFile);
  }

  /**
   * With a file of a Unix socket that stays when the server is closed, or is removed. It is removed
   * unless told otherwise, and only if it is still the server's own.
   */
  public ServerOptions withKeepsSocketFile(boolean keeps) {
    return new ServerOptions(backlog, reusePort, maxConnections, limit, keeps);
  }
}
