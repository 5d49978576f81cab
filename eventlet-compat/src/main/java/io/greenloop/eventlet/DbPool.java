package io.greenloop.eventlet;

import io.greenloop.EventLoop;
import io.greenloop.eventlet.internal.Handover;
import io.greenloop.eventlet.internal.Limits;
import io.greenloop.eventlet.internal.Sneaky;
import java.lang.ref.Cleaner;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections to a database for green threads (Python: {@code eventlet.db_pool.ConnectionPool}).
 * Each call of a connection, and of the statements and results that it gives, runs on a thread of
 * {@link Tpool}; the one that came back last is used next.
 *
 * <pre>{@code
 * try (Connection connection = pool.acquire();
 *     Statement statement = connection.createStatement()) {
 *   statement.execute("…");
 * } // close() gives the connection back
 * }</pre>
 *
 * <p>A connection that is dropped without being closed comes back when it is collected.
 *
 * <p><b>Room:</b> loop, in a task, or a plain thread.
 */
public sealed class DbPool permits RawDbPool {
  private static final Cleaner CLEANER = Cleaner.create();

  private final DataSource source;
  private final DbPoolOptions options;
  private final LightQueue<Idle> handOver = new LightQueue<>(0);
  private final ArrayDeque<Idle> idle = new ArrayDeque<>();
  private int maxSize;
  private int currentSize;
  private @Nullable Timer expiration;

  /** One that nobody uses. Without connection: whoever gets it makes one. */
  private record Idle(@Nullable Connection connection, Duration madeAt, Duration usedAt) {}

  /** At most 4 connections of {@code source}. */
  public DbPool(DataSource source) {
    this(source, DbPoolOptions.DEFAULT);
  }

  /** With options; the least number of connections is made right here. */
  public DbPool(DataSource source, DbPoolOptions options) {
    this.source = source;
    this.options = options;
    maxSize = options.maxSize();
    for (int made = 0; made < options.minSize(); made++) {
      currentSize++;
      idle.push(new Idle(connect(), now(), now()));
    }
  }

  // ---- connections -------------------------------------------------------------------------

  /**
   * A connection for the caller alone; closing it gives it back (Python: {@code get}). Waits while
   * all are in use.
   *
   * @throws SQLException what connecting threw
   * @throws ConnectTimeoutException if connecting took too long
   */
  public Connection acquire() throws SQLException {
    Idle next = idle.poll();
    if (next == null && currentSize < maxSize) {
      currentSize++;
      next = new Idle(null, now(), now());
    } else if (next == null) {
      next = handOver.get();
    }
    Connection connection = next.connection();
    Duration madeAt = next.madeAt();
    if (connection == null) {
      try {
        connection = connect();
        madeAt = now();
      } catch (Throwable failed) {
        discard();
        throw failed;
      }
    }
    return lend(connection, madeAt);
  }

  private Connection lend(Connection connection, Duration madeAt) {
    EventLoop loop = Eventlet.loop("DbPool.acquire");
    var lent = new LentConnection(this, connection, madeAt);
    Connection face = lent.face();
    // Holds no reference to the face.
    lent.cleanable =
        CLEANER.register(
            face,
            () -> {
              if (!lent.isReturned() && !loop.isClosed()) {
                loop.callSoonThreadsafe(() -> Eventlet.spawn(lent::giveBack));
              }
            });
    return face;
  }

  private Connection connect() {
    Connection[] made = new Connection[1];
    Duration limit = options.connectTimeout();
    boolean inTime =
        Eventlet.<Boolean>awaiting(
            () ->
                Limits.within(
                    "DbPool.connect",
                    limit,
                    () -> made[0] = Handover.from(this::blocking, source::getConnection)));
    Connection connection = made[0];
    if (!inTime || connection == null) {
      throw Sneaky.raise(
          new ConnectTimeoutException("connect: " + source + " took longer than " + limit));
    }
    return connection;
  }

  /** How calls of the driver are made. */
  <T extends @Nullable Object> T blocking(Callable<? extends T> call) {
    return Tpool.<T>execute(call);
  }

  /** Takes a connection back. */
  void putBack(Connection connection, Duration madeAt) {
    boolean usable = false;
    try {
      usable = !isExpired(now(), madeAt, now()) && isClean(connection);
    } finally { // also if its user is killed in a wait
      if (usable) {
        store(new Idle(connection, madeAt, now()));
      } else {
        retire(connection);
      }
    }
    scheduleExpiration();
  }

  private boolean isClean(Connection connection) {
    try {
      return blocking(
          () -> {
            options.cleanup().clean(connection);
            return true;
          });
    } catch (Exception dead) {
      return false;
    }
  }

  private void retire(Connection connection) {
    try {
      closeQuietly(connection);
    } finally {
      discard();
    }
  }

  private void store(Idle back) {
    if (currentSize > maxSize) {
      currentSize--;
      close(back);
    } else if (handOver.getting() == 0 || !handOver.tryPut(back, this::store)) {
      idle.push(back);
    }
  }

  /** One is gone: who waits makes its own, otherwise there is one less. */
  private void discard() {
    if (handOver.getting() == 0
        || currentSize > maxSize
        || !handOver.tryPut(new Idle(null, now(), now()), unmade -> discard())) {
      currentSize--;
    }
  }

  private void close(Idle unused) {
    if (unused.connection() != null) {
      closeQuietly(unused.connection());
    }
  }

  private void closeQuietly(Connection connection) {
    try {
      blocking(
          () -> {
            connection.close();
            return true;
          });
    } catch (Exception gone) {
      System.getLogger("io.greenloop")
          .log(System.Logger.Level.DEBUG, "close of " + connection, gone);
    }
  }

  // ---- expiry ------------------------------------------------------------------------------

  private boolean isExpired(Duration now, Duration madeAt, Duration usedAt) {
    return options.maxIdle().isZero()
        || options.maxAge().isZero()
        || now.minus(usedAt).compareTo(options.maxIdle()) > 0
        || now.minus(madeAt).compareTo(options.maxAge()) > 0;
  }

  private void scheduleExpiration() {
    if (expiration != null) {
      expiration.cancel();
      expiration = null;
    }
    if (idle.isEmpty()) {
      return;
    }
    Duration now = now();
    Duration next = options.maxIdle();
    for (Idle each : idle) {
      Duration left = options.maxAge().minus(now.minus(each.madeAt()));
      Duration leftIdle = options.maxIdle().minus(now.minus(each.usedAt()));
      next = least(next, least(left, leftIdle));
    }
    expiration =
        Hub.current().scheduleGlobal(next.plusMillis(1), () -> Eventlet.spawnN(this::expireIdle));
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void expireIdle() {
    Duration now = now();
    var expired = new ArrayDeque<Idle>();
    for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
      Idle unused = each.next();
      if (isExpired(now, unused.madeAt(), unused.usedAt())) {
        each.remove();
        currentSize--;
        expired.add(unused);
      }
    }
    scheduleExpiration();
    closeAll(expired);
  }

  private static Duration now() {
    return Eventlet.loop("DbPool").time();
  }

  // ---- the pool ----------------------------------------------------------------------------

  /** Closes those that nobody uses; others make room as they come back. */
  public void clear() {
    if (expiration != null) {
      expiration.cancel();
      expiration = null;
    }
    var all = new ArrayDeque<>(idle);
    idle.clear();
    currentSize -= all.size();
    closeAll(all);
  }

  /** Also if the caller is killed meanwhile: nobody else knows of them. */
  private void closeAll(ArrayDeque<Idle> unused) {
    try {
      while (!unused.isEmpty()) {
        close(unused.remove());
      }
    } finally {
      if (!unused.isEmpty()) {
        closeAll(unused);
      }
    }
  }

  /** How many could be acquired without waiting. */
  public int free() {
    return idle.size() + maxSize - currentSize;
  }

  /** How many wait for one. */
  public int waiting() {
    return handOver.getting();
  }

  /** How many there are, in use and idle. */
  public int currentSize() {
    return currentSize;
  }

  /** Changes how many there may be. */
  public void resize(int maxSize) {
    this.maxSize = maxSize;
  }

  @Override
  public String toString() {
    return "pool of " + source + " (" + currentSize + " of " + maxSize + ")";
  }
}
