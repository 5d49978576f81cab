package io.greenloop.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** This system gave the connection up. */
public final class ConnectionAbortedException extends IOException {
  private static final long serialVersionUID = 1L;

  ConnectionAbortedException(String message, @Nullable IOException cause) {
    super(message, cause);
  }
}
