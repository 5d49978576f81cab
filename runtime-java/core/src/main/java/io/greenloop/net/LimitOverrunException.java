package io.greenloop.net;

import java.io.IOException;

/**
 * What was looked for in a stream does not come within the limit of its reader (Python: {@code
 * LimitOverrunError}).
 */
public final class LimitOverrunException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int consumed;

  LimitOverrunException(String message, int consumed) {
    super(message);
    this.consumed = consumed;
  }

  /** How many bytes of the buffer can be read without losing a separator. */
  public int consumed() {
    return consumed;
  }
}
