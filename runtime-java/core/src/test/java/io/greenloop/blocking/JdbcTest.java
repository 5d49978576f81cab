package io.greenloop.blocking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.Task;
import io.greenloop.fixtures.PostgresServer;
import io.greenloop.testing.FullMode;
import io.greenloop.testing.RealTime;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** PostgreSQL's own driver, which knows nothing of loops, against a PostgreSQL server. */
@Timeout(180)
@RealTime
@FullMode("foreign blocking calls hold the loop in portable mode")
class JdbcTest {
  private static final int CROWD = 200;
  private static @Nullable PostgresServer server;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(PostgresServer.isInstalled(), "PostgreSQL's server is not installed");
    server = PostgresServer.start(CROWD + 10);
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  private static Connection connect() throws SQLException {
    return PostgresServer.connect(server);
  }

  private static int number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      result.next();
      return result.getInt(1);
    }
  }

  @Test
  void hundredsOfConnectionsWaitForOneLockAtOnce() {
    Aio.run(
        () -> {
          var crowd = new Crowd(CROWD);
          try (Connection keeper = connect()) {
            number(keeper, "select 1 from pg_advisory_lock(7)");
            Task<?> releasing = Aio.spawn(() -> releaseAfterTicks(keeper, crowd));
            crowd.run(
                i -> {
                  try (Connection own = connect();
                      PreparedStatement query =
                          own.prepareStatement("select ? from pg_advisory_lock_shared(7)")) {
                    query.setInt(1, i);
                    try (ResultSet result = query.executeQuery()) {
                      assertThat(result.next()).isTrue();
                      assertThat(result.getInt(1)).isEqualTo(i);
                    }
                  }
                });
            releasing.join();
          }
        });
  }

  /** The server says who is blocked, and the ticker that nobody is held by that. */
  private static void releaseAfterTicks(Connection keeper, Crowd crowd) throws SQLException {
    int blocked = 0;
    while (blocked < CROWD) {
      blocked = number(keeper, "select count(*) from pg_locks where not granted");
    }
    crowd.blocked(blocked);
    crowd.ticked().join();
    number(keeper, "select 1 from pg_advisory_unlock(7)");
  }

  @Test
  void aTransactionIsSeenByOthersWhenItIsCommitted() {
    Aio.run(
        () -> {
          try (Connection writer = connect();
              Connection reader = connect();
              Statement statement = writer.createStatement()) {
            statement.execute("create table notes (text varchar)");
            writer.setAutoCommit(false);
            Task<Integer> inserted =
                Aio.spawn(() -> statement.executeUpdate("insert into notes values ('a'), ('b')"));
            assertThat(inserted.join()).isEqualTo(2);
            assertThat(number(reader, "select count(*) from notes")).isZero();
            writer.commit();
            assertThat(number(reader, "select count(*) from notes")).isEqualTo(2);
          }
        });
  }

  @Test
  void aTimeLimitEndsAQueryThatDoesNotAnswerAndItsConnection() {
    Aio.run(
        () -> {
          try (Connection keeper = connect();
              Connection waiting = connect()) {
            number(keeper, "select 1 from pg_advisory_lock(8)");
            assertThatThrownBy(
                    () ->
                        Aio.timeout(
                            Duration.ofMillis(50),
                            () -> number(waiting, "select 1 from pg_advisory_lock(8)")))
                .isInstanceOf(AsyncTimeoutException.class)
                .hasStackTraceContaining("SQLException") // what the driver makes of the interrupt
                .hasRootCauseInstanceOf(SocketException.class);
            assertThat(waiting.isClosed()).isTrue();
            assertThat(number(keeper, "select 42")).isEqualTo(42);
          }
        });
  }
}
