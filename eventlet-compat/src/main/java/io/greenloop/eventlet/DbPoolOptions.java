package io.greenloop.eventlet;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * How a {@link DbPool} keeps its connections; immutable.
 *
 * @param minSize how many are made at once
 * @param maxSize how many there may be
 * @param maxIdle how long one may be idle; zero: it is closed when it comes back
 * @param maxAge how old one may become; zero: it is closed when it comes back
 * @param connectTimeout how long connecting may take
 * @param cleanup what is done with one that comes back; if it throws, the connection is closed
 */
public record DbPoolOptions(
    int minSize,
    int maxSize,
    Duration maxIdle,
    Duration maxAge,
    Duration connectTimeout,
    Cleanup cleanup) {
  /** None at first, at most 4, idle 10 s, 30 s old, 5 s to connect, rolled back. */
  public static final DbPoolOptions DEFAULT =
      new DbPoolOptions(
          0,
          4,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          DbPoolOptions::rollback);

  /** What is done with a connection that comes back. */
  @FunctionalInterface
  public interface Cleanup {
    /** Makes it fit for the next user. */
    void clean(Connection connection) throws SQLException;
  }

  private static void rollback(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
  }

  /** With other numbers. */
  public DbPoolOptions withSizes(int min, int max) {
    return new DbPoolOptions(min, max, maxIdle, maxAge, connectTimeout, cleanup);
  }

  /** With another limit for idle ones. */
  public DbPoolOptions withMaxIdle(Duration limit) {
    return new DbPoolOptions(minSize, maxSize, limit, maxAge, connectTimeout, cleanup);
  }

  /** With another limit for their age. */
  public DbPoolOptions withMaxAge(Duration limit) {
    return new DbPoolOptions(minSize, maxSize, maxIdle, limit, connectTimeout, cleanup);
  }

  /** With another limit for connecting. */
  public DbPoolOptions withConnectTimeout(Duration limit) {
    return new DbPoolOptions(minSize, maxSize, maxIdle, maxAge, limit, cleanup);
  }

  /** With another cleanup. */
  public DbPoolOptions withCleanup(Cleanup other) {
    return new DbPoolOptions(minSize, maxSize, maxIdle, maxAge, connectTimeout, other);
  }
}
