package io.greenloop.eventlet;

import io.greenloop.eventlet.internal.Sneaky;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DbPool} whose connections are called in the calling green thread (Python: {@code
 * RawConnectionPool}): for drivers that block on sockets of the JDK, which park in full mode.
 */
public final class RawDbPool extends DbPool {
  /** At most 4 connections of {@code source}. */
  public RawDbPool(DataSource source) {
    super(source);
  }

  /** With options. */
  public RawDbPool(DataSource source, DbPoolOptions options) {
    super(source, options);
  }

  @Override
  <T extends @Nullable Object> T blocking(Callable<? extends T> call) {
    try {
      return call.call();
    } catch (Exception thrown) {
      throw Sneaky.raise(thrown);
    }
  }
}
