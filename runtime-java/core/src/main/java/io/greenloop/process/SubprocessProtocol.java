package io.greenloop.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is called back about one process (Python: {@code asyncio.SubprocessProtocol}).
 *
 * <p><b>Order:</b> {@link #connectionMade} once and before all others; then data, the ends of the
 * pipes and {@link #processExited} as they come; {@link #connectionLost} last, when the process has
 * ended and all of its pipes have. Each call is an entry of the loop of its own; all share a copy
 * of the context in which the process was started. None may wait. What one throws is reported, and
 * nothing ends by it.
 */
public interface SubprocessProtocol {
  /** The process runs; nothing of it is read before this has returned. */
  default void connectionMade(AsyncProcess process) {}

  /**
   * It has written something.
   *
   * @param fd 1: to standard output; 2: to standard error
   * @param data is the protocol's
   */
  default void pipeDataReceived(int fd, ByteBuffer data) {}

  /**
   * A pipe has ended: the process, and all it has started, have closed it, or we have.
   *
   * @param fd 0: standard input, which ends with the process at the latest; 1 or 2, see {@link
   *     #pipeDataReceived}
   * @param cause null if it ended well
   */
  default void pipeConnectionLost(int fd, @Nullable IOException cause) {}

  /** It has ended: {@link AsyncProcess#exitCode} says how. */
  default void processExited() {}

  /** It has ended, and all of its pipes have. The last call. */
  default void connectionLost() {}
}
