package io.greenloop.net;

import java.io.IOException;

/** A call on a stream, listener or channel that is closed, or was closed while the call waited. */
public final class StreamClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  StreamClosedException(String message) {
    super(message);
  }
}
