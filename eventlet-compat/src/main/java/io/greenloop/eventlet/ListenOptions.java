package io.greenloop.eventlet;

/**
 * How to listen (Python: the keywords of {@code eventlet.listen}); immutable.
 *
 * @param backlog how many connections may wait to be accepted
 * @param reuseAddress whether a port whose last connections are still dying may be taken
 * @param reusePort whether several sockets may listen on one port; not for port 0
 */
public record ListenOptions(int backlog, boolean reuseAddress, boolean reusePort) {
  /** A backlog of 50, the address is reused, the port is not shared. */
  public static final ListenOptions DEFAULT = new ListenOptions(50, true, false);

  /** With another backlog. */
  public ListenOptions withBacklog(int connections) {
    return new ListenOptions(connections, reuseAddress, reusePort);
  }

  /** With the address reused, or not. */
  public ListenOptions withReuseAddress(boolean reuse) {
    return new ListenOptions(backlog, reuse, reusePort);
  }

  /** With the port shared, or not. */
  public ListenOptions withReusePort(boolean shared) {
    return new ListenOptions(backlog, reuseAddress, shared);
  }
}
