package io.greenloop.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The other side reset the connection: what was sent or not yet read is lost. */
public final class ConnectionResetException extends IOException {
  private static final long serialVersionUID = 1L;

  ConnectionResetException(String message, @Nullable IOException cause) {
    super(message, cause);
  }
}
