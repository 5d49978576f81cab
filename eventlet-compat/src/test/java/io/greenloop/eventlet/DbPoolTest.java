package io.greenloop.eventlet;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.greenloop.greenlet.GreenletExit;
import io.greenloop.testing.Parity;
import io.greenloop.testing.TestLoop;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DbPoolTest {
  private final List<String> log = new CopyOnWriteArrayList<>();
  private Callable<?> onConnect = () -> null;
  private Callable<?> onRollback = () -> null;
  private Callable<?> onClose = () -> null;
  private final List<Connection> made = new CopyOnWriteArrayList<>();

  @AfterEach
  void endThePool() {
    Tpool.killAll();
    Hub.current().close();
  }

  /** A database that keeps a log. */
  private final DataSource database =
      fake(
          DataSource.class,
          "database",
          (name) -> {
            if (name.equals("getConnection")) {
              onConnect.call();
              made.add(connection(made.size()));
              return made.getLast();
            }
            return null;
          });

  private Connection connection(int number) {
    String called = "c" + number;
    return fake(
        Connection.class,
        called,
        name ->
            switch (name) {
              case "getAutoCommit" -> false;
              case "rollback" -> {
                log.add(called + " rollback " + Tpool.isJob());
                yield onRollback.call();
              }
              case "close" -> {
                log.add(called + " close");
                yield onClose.call();
              }
              case "createStatement" ->
                  fake(
                      Statement.class,
                      "s of " + called,
                      of ->
                          of.equals("execute")
                              ? Tpool.isJob()
                              : of.equals("getConnection") ? made.get(number) : null);
              default -> null;
            });
  }

  private interface Call {
    Object of(String name) throws Exception;
  }

  private static <T> T fake(Class<T> type, String called, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (face, method, args) ->
                switch (method.getName()) {
                  case "toString" -> called;
                  case "hashCode" -> System.identityHashCode(face);
                  case "equals" -> args[0] == face;
                  default -> call.of(method.getName());
                }));
  }

  @Test
  @Parity({"EV-1.14.1", "EV-1.14.4", "EV-1.14.5", "EV-C62", "EV-1.12.11"})
  void aConnectionIsCalledOnThePoolAndClosingItGivesItBack(TestLoop t) {
    t.run(
        () -> {
          var pool = new DbPool(database);
          Connection connection = pool.acquire();
          assertThat(connection).hasToString("c0");
          assertThat(connection.createStatement().execute("…")).isTrue();
          connection.close();
          connection.close();
          assertThat(connection.isClosed()).isTrue();
          assertThatThrownBy(connection::createStatement)
              .isExactlyInstanceOf(SQLException.class)
              .hasMessageContaining("this connection went back to its pool");
          assertThat(log).containsExactly("c0 rollback true");
          Connection first = pool.acquire();
          Connection second = pool.acquire();
          assertThat(first).hasToString("c0");
          first.close();
          second.close();
          assertThat(pool.acquire()).hasToString("c1"); // the newest first
          assertThat(pool.currentSize()).isEqualTo(2);
          assertThat(pool.free()).isEqualTo(3);
        });
  }

  @Test
  @Parity("EV-1.14.5")
  void whoseAStatementIsStandsForThatWhichGoesBackToThePool(TestLoop t) {
    t.run(
        () -> {
          var pool = new DbPool(database);
          Connection connection = pool.acquire();
          assertThat(connection.createStatement().getConnection()).isSameAs(connection);
        });
  }

  @Test
  void aConnectionThatComesWhenNobodyWaitsForItIsClosed(TestLoop t) {
    var gate = new CountDownLatch(1);
    onConnect =
        () -> {
          gate.await();
          return null;
        };
    t.run(
        () -> {
          var pool = new DbPool(database, DbPoolOptions.DEFAULT.withConnectTimeout(ofMillis(5)));
          assertThatThrownBy(pool::acquire).isExactlyInstanceOf(ConnectTimeoutException.class);
          assertThat(pool.currentSize()).isZero();
          gate.countDown();
          assertThat(Tpool.killAll()).isTrue();
        });

    assertThat(log).containsExactly("c0 close");
  }

  @Test
  void whoIsKilledWhileItsConnectionIsClosedFreesThePlace(TestLoop t) {
    var gate = new CountDownLatch(1);
    var closing = new CountDownLatch(1);
    onClose =
        () -> {
          closing.countDown();
          gate.await();
          return null;
        };
    t.run(
        () -> {
          var pool = new DbPool(database, DbPoolOptions.DEFAULT.withMaxIdle(ZERO));
          Connection connection = pool.acquire();
          var user = Eventlet.spawn(connection::close);
          Tpool.execute(
              () -> {
                closing.await();
                return null;
              });
          user.kill();
          assertThat(user.isDead()).isTrue();
          assertThat(pool.currentSize()).isZero();
          gate.countDown();
        });
  }

  @Test
  @Parity({"EV-1.14.3", "EV-C62"})
  void whoIsKilledWhileItGivesOneBackHasGivenItBack(TestLoop t) {
    t.run(
        () -> {
          for (Duration maxIdle : List.of(ofSeconds(10), ZERO)) { // it is kept, or closed
            var pool =
                new RawDbPool(database, DbPoolOptions.DEFAULT.withSizes(0, 1).withMaxIdle(maxIdle));
            Connection connection = pool.acquire();
            var waiter = Eventlet.spawn(() -> pool.acquire());
            Eventlet.sleep();
            var user = Eventlet.spawn(connection::close);
            Eventlet.spawn(() -> user.kill()); // it waits for the hub's turn
            assertThat(waiter.await(ofMillis(100))).isPresent();
            assertThat(pool.currentSize()).isEqualTo(1);
          }
        });
  }

  @Test
  @Parity("EV-1.14.5")
  void whoIsKilledWhileItClearsLeavesNoneOpen(TestLoop t) {
    var gate = new CountDownLatch(1);
    var closing = new CountDownLatch(1);
    onClose =
        () -> {
          closing.countDown();
          gate.await();
          return null;
        };
    t.run(
        () -> {
          var pool = new DbPool(database, DbPoolOptions.DEFAULT.withSizes(3, 3));
          var clearing = Eventlet.spawn(() -> pool.clear());
          Tpool.execute(
              () -> {
                closing.await();
                return null;
              });
          clearing.kill();
          gate.countDown();
          assertThatThrownBy(clearing::await).isInstanceOf(GreenletExit.class);
          Tpool.killAll();
        });

    assertThat(log).containsExactlyInAnyOrder("c0 close", "c1 close", "c2 close");
  }

  @Test
  @Parity("EV-1.14.2")
  void aRawPoolCallsInTheGreenThread(TestLoop t) {
    t.run(
        () -> {
          var pool = new RawDbPool(database, DbPoolOptions.DEFAULT.withSizes(1, 2));
          assertThat(made).hasSize(1);
          try (Connection connection = pool.acquire()) {
            assertThat(connection.createStatement().execute("…")).isFalse();
          }
          assertThat(log).containsExactly("c0 rollback false");
        });
  }

  @Test
  @Parity({"EV-1.14.3", "EV-C62"})
  void oneWaitsWhileAllAreInUseAndConnectingTakesALimitedTime(TestLoop t) {
    t.run(
        () -> {
          var pool =
              new DbPool(
                  database, DbPoolOptions.DEFAULT.withSizes(0, 1).withConnectTimeout(ofMillis(20)));
          Connection held = pool.acquire();
          var waiter = Eventlet.spawn(() -> pool.acquire());
          Eventlet.sleep();
          assertThat(pool.waiting()).isEqualTo(1);
          held.close();
          Connection handed = waiter.await();
          assertThat(handed).hasToString("c0");

          var gate = new CountDownLatch(1);
          onConnect =
              () -> {
                gate.await();
                return null;
              };
          pool.resize(2);
          assertThatThrownBy(pool::acquire)
              .isExactlyInstanceOf(ConnectTimeoutException.class)
              .hasMessageContaining("took longer than PT0.02S");
          gate.countDown();
          assertThat(pool.currentSize()).isEqualTo(1);
        });
  }

  @Test
  @Parity({"EV-1.14.5", "EV-1.14.8", "EV-C62"})
  void aBrokenOneIsClosedAndWhoWaitsMakesAnother(TestLoop t) {
    t.run(
        () -> {
          var pool = new DbPool(database, DbPoolOptions.DEFAULT.withSizes(0, 1));
          Connection broken = pool.acquire();
          var waiter = Eventlet.spawn(() -> pool.acquire());
          Eventlet.sleep();
          onRollback =
              () -> {
                throw new SQLException("dead");
              };
          broken.close();
          assertThat(waiter.await()).hasToString("c1");
          assertThat(log).containsExactly("c0 rollback true", "c0 close");
          assertThat(pool.currentSize()).isEqualTo(1);
          onConnect =
              () -> {
                throw new SQLException("refused");
              };
          waiter.await().close();
          assertThat(pool.currentSize()).isZero();
          assertThatThrownBy(pool::acquire).hasMessage("refused");
          assertThat(pool.currentSize()).isZero();
          onConnect = () -> null;
          onRollback =
              () -> {
                throw new StackOverflowError("not an exception");
              };
          Connection last = pool.acquire();
          assertThatThrownBy(last::close).isInstanceOf(StackOverflowError.class);
          assertThat(pool.currentSize()).isZero();
        });
  }

  @Test
  @Parity({"EV-1.14.6", "EV-1.14.7", "EV-C62"})
  void whatIsOldOrIdleForLongIsClosed(TestLoop t) {
    t.run(
        () -> {
          var pool =
              new RawDbPool(
                  database,
                  DbPoolOptions.DEFAULT.withMaxIdle(ofSeconds(10)).withMaxAge(ofSeconds(30)));
          pool.acquire().close();
          Eventlet.sleep(ofSeconds(9));
          assertThat(pool.currentSize()).isEqualTo(1);
          Eventlet.sleep(ofSeconds(2));
          assertThat(pool.currentSize()).isZero();
          assertThat(log).endsWith("c0 close");

          Connection old = pool.acquire();
          Eventlet.sleep(ofSeconds(31));
          old.close();
          assertThat(log).endsWith("c1 close");

          pool.acquire().close();
          pool.clear();
          assertThat(log).endsWith("c2 close");
          assertThat(pool.currentSize()).isZero();

          var never = new RawDbPool(database, DbPoolOptions.DEFAULT.withMaxIdle(ZERO));
          never.acquire().close();
          assertThat(log).endsWith("c3 close");
        });
  }

  @Test
  @Parity("EV-1.14.9")
  void aConnectorHasAPoolForEachDatabase(TestLoop t) {
    t.run(
        () -> {
          var asked = new CopyOnWriteArrayList<String>();
          var connector =
              new DatabaseConnector(
                  (host, db, who) -> {
                    asked.add(who.user() + "@" + host + "/" + db);
                    return database;
                  },
                  Map.of(
                      "h1", new DatabaseConnector.Credentials("u1", "p1"),
                      "default", new DatabaseConnector.Credentials("u", "p")));
          assertThat(connector.get("h1", "db")).isSameAs(connector.get("h1", "db"));
          assertThat(connector.get("h2", "db")).isNotSameAs(connector.get("h1", "db"));
          assertThat(asked).containsExactly("u1@h1/db", "u@h2/db");
          assertThatThrownBy(
                  () -> new DatabaseConnector((h, d, w) -> database, Map.of()).get("x", "y"))
              .isExactlyInstanceOf(IllegalArgumentException.class)
              .hasMessage("get: no credentials for host 'x', and no default");
        });
  }
}
