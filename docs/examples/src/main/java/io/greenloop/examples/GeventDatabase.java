package io.greenloop.examples;

import io.greenloop.Aio;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.Greenlet;
import io.greenloop.gevent.Semaphore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A pool of connections to a database, made when they are needed; each use is a transaction. The
 * driver blocks, and knows nothing of greenlets.
 */
public final class GeventDatabase {
  /** What is done with a connection. */
  @FunctionalInterface
  interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  private final String url;
  private final Semaphore places;
  private final ArrayDeque<Connection> idle = new ArrayDeque<>();

  GeventDatabase(String url, int most) {
    this.url = url;
    places = new Semaphore(most);
  }

  private Connection connect() throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    connection.setAutoCommit(false);
    return connection;
  }

  /** Calls {@code work} with a connection; commits, or rolls back if it throws. */
  <T> T transaction(Work<T> work) {
    try (var _ = places.hold()) {
      Connection connection = idle.isEmpty() ? Aio.blocking(this::connect) : idle.pop();
      try {
        return Aio.blocking(() -> transaction(connection, work));
      } finally {
        if (!Aio.blocking(connection::isClosed)) {
          idle.push(connection);
        }
      }
    }
  }

  private static <T> T transaction(Connection connection, Work<T> work) throws SQLException {
    try {
      T result = work.with(connection);
      connection.commit();
      return result;
    } catch (Throwable failed) {
      connection.rollback();
      throw failed;
    }
  }

  /** The first column of the first row that {@code query} gives. */
  String fetchOne(String query) {
    return transaction(
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? String.valueOf(rows.getObject(1)) : "nothing";
          }
        });
  }

  void execute(String command) {
    transaction(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.execute(command);
          }
        });
  }

  void closeAll() {
    while (!idle.isEmpty()) {
      Connection connection = idle.pop();
      Aio.blocking(
          () -> {
            connection.close();
            return null;
          });
    }
  }

  /** Four naps of a second on three connections take two. Argument: a URL of JDBC. */
  public static void main(String[] args) {
    Gevent.run(
        () -> {
          var pool = new GeventDatabase(args[0], 3);
          long start = System.nanoTime();
          List<Greenlet<?>> naps = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            naps.add(Gevent.spawn(() -> pool.execute("select pg_sleep(1)")));
          }
          Gevent.joinAll(naps);
          pool.closeAll();
          IO.println("took " + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
        });
  }
}
