package io.greenloop.examples;

import io.greenloop.eventlet.DbPool;
import io.greenloop.eventlet.DbPoolOptions;
import io.greenloop.eventlet.Eventlet;
import io.greenloop.eventlet.GreenPile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Green threads that share a few connections, whose calls run on threads. */
public final class EventletDatabase {
  private EventletDatabase() {}

  // with pool.item() as conn: conn.cursor().execute('insert …', (word,)); conn.commit()
  private static void insert(DbPool pool, String word) throws SQLException {
    try (Connection connection = pool.acquire();
        PreparedStatement insert = connection.prepareStatement("insert into words values (?)")) {
      insert.setString(1, word);
      insert.executeUpdate();
    } // close() gives the connection back
  }

  static void run(DataSource source, Consumer<String> out) throws SQLException {
    var pool = new DbPool(source, DbPoolOptions.DEFAULT.withSizes(0, 2));
    try (Connection connection = pool.acquire();
        Statement statement = connection.createStatement()) {
      statement.execute("create table words (word varchar)");
    }
    var pile = new GreenPile<@Nullable Void>(10);
    for (String word : List.of("pear", "fig", "apple", "plum")) {
      pile.spawn(
          () -> {
            insert(pool, word);
            return null;
          });
    }
    pile.forEachRemaining(nothing -> {});
    try (Connection connection = pool.acquire();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select word from words order by word")) {
      while (rows.next()) {
        out.accept(rows.getString(1));
      }
    }
    out.accept("of 2 connections " + pool.free() + " are free");
    pool.clear();
  }

  /** The driver's own, by its name: who compiles this need not have it. */
  static DataSource postgres(String url) throws ReflectiveOperationException {
    Class<?> type = Class.forName("org.postgresql.ds.PGSimpleDataSource");
    var source = (DataSource) type.getConstructor().newInstance();
    type.getMethod("setURL", String.class).invoke(source, url);
    return source;
  }

  /** Argument: a URL of JDBC for PostgreSQL. */
  public static void main(String[] args) {
    Eventlet.run(() -> run(postgres(args[0]), IO::println));
  }
}
