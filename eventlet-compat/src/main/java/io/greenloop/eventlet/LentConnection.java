package io.greenloop.eventlet;

import io.greenloop.eventlet.internal.Sneaky;
import java.lang.ref.Cleaner.Cleanable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A connection that somebody uses: its face goes back to the pool when it is closed. */
final class LentConnection {
  private final DbPool pool;
  private final Connection connection;
  private final Duration madeAt;
  private volatile boolean returned;
  @Nullable Cleanable cleanable;

  LentConnection(DbPool pool, Connection connection, Duration madeAt) {
    this.pool = pool;
    this.connection = connection;
    this.madeAt = madeAt;
  }

  Connection face() {
    return (Connection)
        Proxy.newProxyInstance(
            LentConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (face, method, args) -> call(face, method, args));
  }

  boolean isReturned() {
    return returned;
  }

  void giveBack() {
    if (!returned) {
      returned = true;
      pool.putBack(connection, madeAt);
    }
  }

  private @Nullable Object call(Object face, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    return switch (method.getName()) {
      case "close" -> {
        giveBack();
        if (cleanable != null) {
          cleanable.clean();
        }
        yield null;
      }
      case "isClosed" -> returned;
      case "equals" -> args != null && args[0] == face;
      case "hashCode" -> System.identityHashCode(face);
      case "toString" -> (returned ? "returned " : "") + connection;
      default -> {
        if (returned) {
          throw new SQLException(
              method.getName() + ": this connection went back to its pool; acquire another one");
        }
        yield through(face, connection, method, args);
      }
    };
  }

  /**
   * Calls {@code target} as the pool does; statements and results are called like that, too, and
   * whose they are is the face.
   */
  private @Nullable Object through(
      Object face, Object target, Method method, @Nullable Object @Nullable [] args) {
    Object result =
        pool.<@Nullable Object>blocking(
            () -> {
              try {
                return method.invoke(target, args);
              } catch (InvocationTargetException thrown) {
                throw Sneaky.raise(thrown.getTargetException());
              }
            });
    if (result == connection) {
      return face;
    }
    Class<?> type = method.getReturnType();
    if (result == null || !type.isInterface() || !type.getPackageName().equals("java.sql")) {
      return result;
    }
    return Proxy.newProxyInstance(
        LentConnection.class.getClassLoader(),
        new Class<?>[] {type},
        (part, inner, values) ->
            inner.getDeclaringClass() == Object.class
                ? inner.invoke(result, values)
                : through(face, result, inner, values));
  }
}
