package io.greenloop.reactor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A readiness engine: reports which channels can be read, written, accepted from or connected
 * without waiting.
 *
 * <p>Readiness is level-triggered: a channel is reported by every {@link #poll} as long as it is
 * ready and somebody is interested. Reports may be spurious; the reader tries its call and waits
 * again.
 *
 * <p><b>Room:</b> the carrier thread of the loop that owns the engine, or the creating thread
 * before that loop runs. {@link #read} and {@link #write} are called on the loop, and only {@link
 * #wakeup()} may be called by any thread.
 *
 * <p><b>Closed channels.</b> A channel that is closed while registered is reported once with all
 * the operations it was registered for, and forgotten: whoever waits for it wakes up, tries its
 * call and finds the channel closed. The report comes from the first poll that returns after the
 * close. Closing a channel does not end a poll under way, so the one who closes calls {@link
 * #wakeup()} as well. The operating system's socket is released by the first poll that begins after
 * the close.
 */
public interface Reactor extends AutoCloseable {
  /** Interest in data, or in the end of the stream. */
  int READ = 1;

  /** Interest in room for data to send. */
  int WRITE = 2;

  /** Interest in a connection to accept. */
  int ACCEPT = 4;

  /** Interest in the end of a connection attempt, good or bad. */
  int CONNECT = 8;

  /**
   * Sets what is wanted of {@code channel} from the next poll on, in place of what was wanted
   * before.
   *
   * <p>No interest lets go of the channel: once the next poll has begun, the engine holds no
   * reference to it and its blocking mode may be changed again. Turning interest off and on between
   * two polls costs no system call.
   *
   * @param channel in non-blocking mode
   * @param interest the sum of {@link #READ}, {@link #WRITE}, {@link #ACCEPT} and {@link #CONNECT};
   *     0 for none, which is legal for an unknown or closed channel as well
   * @param attachment handed to the sink when the channel is ready; needed unless {@code interest}
   *     is 0
   * @throws java.nio.channels.ClosedChannelException if the channel is closed and {@code interest}
   *     is not 0
   * @throws java.nio.channels.IllegalBlockingModeException if the channel is in blocking mode
   * @throws IllegalArgumentException if the channel cannot do an operation of {@code interest}, or
   *     is of a kind that the engine does not know
   * @throws IOException if the operating system refuses the registration. An engine that asks it
   *     later tells the sink of the poll that does: {@link ReadySink#refused}
   */
  void update(SelectableChannel channel, int interest, @Nullable Object attachment)
      throws IOException;

  /**
   * Waits until a channel is ready, the time is up or somebody calls {@link #wakeup()}; hands each
   * ready channel to {@code sink}, inside this call.
   *
   * <p>A timeout is never cut short to a coarser unit: an engine that counts in milliseconds rounds
   * up, so that a loop does not spin before its next timer. An interrupt of the calling thread ends
   * the wait and is cleared.
   *
   * @param timeoutNanos the longest wait; 0 or less only asks, {@link Long#MAX_VALUE} waits without
   *     limit
   * @param sink may call {@link #update}, not {@code poll} or {@code close}
   * @return how many reports were made
   */
  int poll(long timeoutNanos, ReadySink sink) throws IOException;

  /**
   * Reads what has come, as {@code channel.read(target)} does; an engine may know a shorter way to
   * the operating system.
   *
   * <p><b>Room:</b> loop.
   *
   * @param channel in non-blocking mode, watched by this engine or not
   * @return how many bytes; 0: nothing yet, or no room; -1: the end of the stream
   */
  default int read(SocketChannel channel, ByteBuffer target) throws IOException {
    return channel.read(target);
  }

  /**
   * Writes what the system takes, as {@code channel.write(source)} does; see {@link #read}.
   *
   * <p><b>Room:</b> loop.
   *
   * @return how many bytes
   */
  default int write(SocketChannel channel, ByteBuffer source) throws IOException {
    return channel.write(source);
  }

  /**
   * Makes the running {@link #poll} return at once, or else the next one; does nothing on a closed
   * engine.
   */
  void wakeup();

  /** How to have this engine move bytes itself, or null if it only reports readiness. */
  default @Nullable Transfers transfers() {
    return null;
  }

  /** The engine's name, as in {@code -Dgreenloop.engine=nio}. */
  String name();

  /**
   * Refuses an {@code interest} that {@code channel} cannot have, as {@link #update} must.
   *
   * @throws IllegalArgumentException if the channel lacks an operation of {@code interest}
   */
  static void checkInterest(SelectableChannel channel, int interest) {
    int possible = Interests.possible(channel);
    if ((interest & ~possible) != 0) {
      throw new IllegalArgumentException(
          "update: interest = "
              + Interests.describe(interest)
              + " in a "
              + channel.getClass().getSimpleName()
              + " (expected a part of "
              + Interests.describe(possible)
              + ")");
    }
  }

  /** Releases the operating system's resources; channels stay open. A second call does nothing. */
  @Override
  void close() throws IOException;
}
