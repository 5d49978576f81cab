package io.greenloop.net;

import java.io.IOException;

/** This system gave the connection up. */
public final class ConnectionAbortedException extends IOException {
  private static final long serialVersionUID = 1L;

  ConnectionAbortedException(String message, IOException cause) {
    super(message, cause);
  }
}
