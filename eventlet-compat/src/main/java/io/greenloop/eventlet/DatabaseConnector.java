package io.greenloop.eventlet;

import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;

/**
 * A {@link DbPool} for each database on each host (Python: {@code
 * eventlet.db_pool.DatabaseConnector}). Room: loop.
 */
public final class DatabaseConnector {
  private final Driver driver;
  private final Map<String, Credentials> credentials;
  private final DbPoolOptions options;
  private final Map<Target, DbPool> pools = new HashMap<>();

  /** Who connects. */
  public record Credentials(String user, String password) {}

  private record Target(String host, String database) {}

  /** Where connections come from. */
  @FunctionalInterface
  public interface Driver {
    /** A source of connections to {@code database} on {@code host}. */
    DataSource source(String host, String database, Credentials credentials);
  }

  /** With a user for each host; {@code "default"} is for all others. */
  public DatabaseConnector(Driver driver, Map<String, Credentials> credentials) {
    this(driver, credentials, DbPoolOptions.DEFAULT);
  }

  /** With options for the pools. */
  public DatabaseConnector(
      Driver driver, Map<String, Credentials> credentials, DbPoolOptions options) {
    this.driver = driver;
    this.credentials = Map.copyOf(credentials);
    this.options = options;
  }

  /**
   * The pool of {@code database} on {@code host}: the same one each time.
   *
   * @throws IllegalArgumentException if there is no user for that host
   */
  public DbPool get(String host, String database) {
    return pools.computeIfAbsent(new Target(host, database), this::pool);
  }

  private DbPool pool(Target target) {
    Credentials of = credentials.getOrDefault(target.host, credentials.get("default"));
    if (of == null) {
      throw new IllegalArgumentException(
          "get: no credentials for host '" + target.host + "', and no default");
    }
    return new DbPool(driver.source(target.host, target.database, of), options);
  }
}
