package io.greenloop.eventlet.internal;

/** Whether the code that asked for something is still there. */
@FunctionalInterface
public interface Life {
  /** Whether it has not ended. */
  boolean isAlive();
}
