package io.greenloop.reactor;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.NetworkChannel;

/**
 * A completion engine: takes an operation, does it as soon as it can be done, and reports the
 * result. Where a {@link Reactor} says "you may read now", a proactor says "these bytes were read".
 *
 * <p><b>Order.</b> Each submitted operation ends with exactly one call of its {@link Completion},
 * also after a cancel. The call is never made inside the submit or the cancel; it is queued behind
 * what is ready, and operations that end together report in the order in which they were submitted.
 * The buffer belongs to the operation until then; one that its owner has changed meanwhile, so that
 * it does not take what came, fails the operation.
 *
 * <p><b>Room:</b> loop; completions run as callbacks of the loop. Channels that have a blocking
 * mode are in non-blocking mode. A channel carries one operation for each direction at a time:
 * reading and accepting is one direction, writing and connecting the other.
 *
 * @param <C> its connections
 * @param <L> what it accepts them from
 * @see java.nio.channels.CompletionHandler the JDK's own completion interface, which runs on
 *     threads of a pool
 */
public interface Proactor<C extends NetworkChannel, L extends NetworkChannel> {
  /**
   * Reads what has arrived, at least one byte.
   *
   * @param target with room for at least one byte
   * @param completion gets the number of bytes read, -1 at the end of the stream
   * @return the operation, to cancel it by
   * @throws IllegalArgumentException if {@code target} is full or read-only
   * @throws IllegalStateException if the channel has an operation in this direction already
   */
  Operation read(C channel, ByteBuffer target, Completion<Integer> completion);

  /**
   * Writes all of {@code source}.
   *
   * @param completion gets the number of bytes written; after a failure or a cancel the position of
   *     {@code source} tells how many the operating system took
   * @return the operation, to cancel it by
   * @throws IllegalStateException if the channel has an operation in this direction already
   */
  Operation write(C channel, ByteBuffer source, Completion<Integer> completion);

  /**
   * Accepts one connection.
   *
   * @param completion gets the connection, in non-blocking mode where it has modes
   * @return the operation, to cancel it by
   * @throws IllegalStateException if the channel has an operation in this direction already
   */
  Operation accept(L listener, Completion<C> completion);

  /**
   * Connects.
   *
   * @param remote resolved already
   * @param completion gets the channel; after a failure or a cancel, closing it is up to the caller
   * @return the operation, to cancel it by
   * @throws IllegalStateException if the channel has an operation in this direction already
   */
  Operation connect(C channel, SocketAddress remote, Completion<C> completion);

  /** One operation under way. */
  interface Operation {
    /**
     * Asks the operation to end without a result: its completion fails with an {@link
     * java.io.InterruptedIOException}, or completes if it was done meanwhile. A read that ends this
     * way has taken nothing out of the channel.
     *
     * @return false if the operation has ended already
     */
    boolean cancel();
  }
}
