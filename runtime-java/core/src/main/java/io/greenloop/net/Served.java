package io.greenloop.net;

/** One connection of a server. Loop room. */
interface Served {
  /** Closes it, behind what it has written. */
  void close();

  /** Ends it at once. */
  void abort();

  /** Asks the code that serves it to end. */
  void stop();
}
