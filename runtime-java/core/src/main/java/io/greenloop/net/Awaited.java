package io.greenloop.net;

/**
 * What a queue of waiters is for, in reports. Put together when somebody reads one: a connection
 * has five queues, and mostly nobody asks.
 */
record Awaited(String what, Object of) {
  @Override
  public String toString() {
    return what + of;
  }
}
