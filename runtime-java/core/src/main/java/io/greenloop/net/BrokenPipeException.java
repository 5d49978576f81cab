package io.greenloop.net;

import java.io.IOException;

/** A write to a connection whose other side has closed it. */
public final class BrokenPipeException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenPipeException(String message, IOException cause) {
    super(message, cause);
  }
}
