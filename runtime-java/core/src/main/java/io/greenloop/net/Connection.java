package io.greenloop.net;

/**
 * A connection and who talks on it (Python: the pair that {@code create_connection} gives).
 *
 * @param transport the connection
 * @param protocol what the factory has made
 * @param <P> its type
 */
public record Connection<P extends Protocol>(Transport transport, P protocol) {}
