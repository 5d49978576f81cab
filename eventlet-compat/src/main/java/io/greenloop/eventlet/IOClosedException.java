package io.greenloop.eventlet;

import java.io.IOException;

/** A channel was closed under those who wait for it (Python: {@code eventlet.hubs.IOClosed}). */
public final class IOClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With which channel. */
  public IOClosedException(String message) {
    super(message);
  }
}
