package io.greenloop.eventlet;

/** Whether the code that asked for something is still there. */
@FunctionalInterface
interface Life {
  boolean isAlive();
}
