package io.greenloop.net;

/**
 * Makes the protocol of each new connection: {@code Echo::new}.
 *
 * @param <P> its type
 */
@FunctionalInterface
public interface ProtocolFactory<P extends Protocol> {
  /** A protocol. Called on the loop, for each connection. */
  P create();
}
