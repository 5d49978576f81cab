package io.greenloop.net;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/** What a server does with the connections that it accepts, in whichever tier. Loop room. */
@FunctionalInterface
interface Service {
  /**
   * Takes a connection over, and closes it if it cannot.
   *
   * @param ended told once when the connection is over, in an entry of its own
   * @throws IOException if the connection is gone already
   */
  Served begin(SocketChannel accepted, Consumer<? super Served> ended) throws IOException;
}
