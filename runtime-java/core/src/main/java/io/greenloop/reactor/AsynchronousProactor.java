package io.greenloop.reactor;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;

/**
 * A proactor on the JDK's asynchronous channels: completion ports on Windows, a thread pool with
 * epoll or kqueue elsewhere. TCP and files; there are no such channels for datagrams and pipes.
 *
 * <p>The channels are the caller's, of whatever {@link java.nio.channels.AsynchronousChannelGroup}:
 * its threads only bring the results to the loop. Operations that end together report in the order
 * in which those threads do. The JDK cannot take a call back: what a cancelled read or accept still
 * finds is kept for the next one on that channel, and bytes that were handed to a write before its
 * cancel are sent. A connection that is kept so is closed with the loop; or after its listener,
 * when the next operation of this proactor begins.
 *
 * <p><b>Room:</b> loop.
 */
public interface AsynchronousProactor
    extends Proactor<AsynchronousSocketChannel, AsynchronousServerSocketChannel> {
  /**
   * Reads from a file; any number of these may be under way.
   *
   * @param position in bytes, from the beginning of the file
   * @param target with room for at least one byte
   * @param completion gets the number of bytes read, -1 at or behind the end of the file; after a
   *     cancel it is called once the file is done with {@code target}, whose position may have
   *     moved
   * @return the operation, to cancel it by
   * @throws IllegalArgumentException if {@code target} is full or read-only, or {@code position} is
   *     negative
   */
  Operation read(
      AsynchronousFileChannel file,
      long position,
      ByteBuffer target,
      Completion<Integer> completion);

  /**
   * Writes all of {@code source} to a file; any number of these may be under way.
   *
   * @param position in bytes, from the beginning of the file
   * @param completion gets the number of bytes written; after a cancel the position of {@code
   *     source} tells how many went into the file
   * @return the operation, to cancel it by
   * @throws IllegalArgumentException if {@code position} is negative
   */
  Operation write(
      AsynchronousFileChannel file,
      long position,
      ByteBuffer source,
      Completion<Integer> completion);
}
