package io.greenloop.eventlet;

import java.sql.SQLTimeoutException;

/** A {@link DbPool} could not connect in time (Python: {@code db_pool.ConnectTimeout}). */
public final class ConnectTimeoutException extends SQLTimeoutException {
  private static final long serialVersionUID = 1L;

  /** With how long it was tried. */
  public ConnectTimeoutException(String message) {
    super(message);
  }
}
