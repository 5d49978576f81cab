package io.greenloop.net;

/** What a {@link Server} does with each connection, in a task of its own. */
@FunctionalInterface
public interface StreamHandler {
  /** Serves {@code stream}, which is closed when this returns or throws. */
  void handle(Stream stream) throws Exception;
}
