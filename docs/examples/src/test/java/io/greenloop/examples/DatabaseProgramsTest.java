package io.greenloop.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.greenloop.eventlet.Hub;
import io.greenloop.eventlet.Tpool;
import io.greenloop.fixtures.PostgresServer;
import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.Greenlet;
import io.greenloop.testing.TestLoop;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pools of connections, against a PostgreSQL server of our own. */
@Timeout(180)
class DatabaseProgramsTest {
  private static @Nullable PostgresServer server;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(PostgresServer.isInstalled(), "PostgreSQL's server is not installed");
    server = PostgresServer.start(20);
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  private static String url() {
    return PostgresServer.url(server);
  }

  /** Waits until that many queries wait for the lock. */
  private static void awaitWaiting(GeventDatabase keeper, int waiting) {
    String blocked = "none yet";
    while (!blocked.equals(String.valueOf(waiting))) {
      blocked = keeper.fetchOne("select count(*) from pg_locks where not granted");
    }
  }

  @Test
  void gevent() {
    try (TestLoop t = TestLoop.real()) {
      t.run(
          () -> {
            var keeper = new GeventDatabase(url(), 1);
            var pool = new GeventDatabase(url(), 3);
            keeper.fetchOne("select 1 from pg_advisory_lock(7)");
            List<Greenlet<String>> queries = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
              queries.add(
                  Gevent.<String>spawn(
                      () ->
                          pool.fetchOne(
                              "select pg_backend_pid() from pg_advisory_xact_lock_shared(7)")));
            }
            awaitWaiting(keeper, 3); // the fourth waits for a connection
            keeper.fetchOne("select pg_advisory_unlock(7)");
            Gevent.joinAll(queries);
            assertThat(queries.stream().map(Greenlet::get).distinct()).hasSize(3);
            pool.closeAll();
            keeper.closeAll();
          });
    }
  }

  @Test
  void whatFailsIsRolledBackAndItsConnectionUsedAgain() {
    try (TestLoop t = TestLoop.real()) {
      t.run(
          () -> {
            var pool = new GeventDatabase(url(), 1);
            pool.execute("create table notes (text varchar)");
            assertThatThrownBy(
                    () -> pool.execute("insert into notes values ('lost'); select 1 / 0"))
                .isInstanceOf(SQLException.class);
            pool.execute("insert into notes values ('kept')");
            assertThat(pool.fetchOne("select string_agg(text, ' ') from notes")).isEqualTo("kept");
            pool.closeAll();
          });
    }
  }

  @Test
  void eventlet() {
    var lines = new ArrayList<String>();
    try (TestLoop t = TestLoop.real()) {
      t.run(() -> EventletDatabase.run(EventletDatabase.postgres(url()), lines::add));
    }
    assertThat(lines)
        .containsExactly("apple", "fig", "pear", "plum", "of 2 connections 2 are free");
    Tpool.killAll();
    Hub.current().close();
  }
}
