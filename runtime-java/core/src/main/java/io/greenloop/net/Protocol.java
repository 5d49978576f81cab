package io.greenloop.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is called back about one connection (Python: {@code asyncio.Protocol}).
 *
 * <p><b>Order:</b> {@link #connectionMade} once; then {@link #dataReceived} any number of times; at
 * most one {@link #eofReceived}; then {@link #connectionLost}, exactly once. No data comes after
 * {@link Transport#pauseReading}, {@link Transport#close} or the loss.
 *
 * <p>Each call is an entry of the loop of its own, never made inside a call of yours; but for
 * {@link #pauseWriting}, which a {@link Transport#write} makes that leaves too much in the buffer.
 * All calls about one connection share a context, a copy of that in which it was made. A callback
 * cannot wait; it may spawn tasks.
 *
 * <p><b>What a callback throws</b> ends its connection, with that as the reason, and is reported to
 * the loop's exception handler; other connections and the loop go on. {@link #pauseWriting} and
 * {@link #resumeWriting} are reported only.
 */
public interface Protocol {
  /** The connection is there; reading begins when this has returned, unless it is paused. */
  default void connectionMade(Transport transport) throws Exception {}

  /**
   * Something has come.
   *
   * @param data at least one byte; a buffer of the loop's own, to be used within this call only. It
   *     may be handed to {@link Transport#write}
   */
  default void dataReceived(ByteBuffer data) throws Exception {}

  /**
   * The other side has ended its direction; with TLS by {@code close_notify}, which also answers
   * our own close.
   *
   * @return true: the connection stays, for what is still to be written; false: it is closed. With
   *     TLS it is closed anyhow
   */
  default boolean eofReceived() throws Exception {
    return false;
  }

  /**
   * The connection is over.
   *
   * @param reason null after a {@link Transport#close}, an {@link Transport#abort} or the other
   *     side's good end
   */
  default void connectionLost(@Nullable Throwable reason) throws Exception {}

  /** More than the high-water mark is buffered: write no more for now. */
  default void pauseWriting() throws Exception {}

  /** No more than the low-water mark is buffered: go on. */
  default void resumeWriting() throws Exception {}
}
