package io.greenloop.internal.loop;

import io.greenloop.reactor.Reactor;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * What one loop wants to know of one channel, and whom it tells. Loop room, or setup.
 *
 * <p>A change is only noted here; the carrier hands it to the reactor before it polls. So interest
 * that goes and comes back within a turn costs nothing, and no strand ever touches a selector.
 */
public final class Watch {
  /**
   * The two directions of a channel; a connection to accept comes in, the end of connecting goes
   * out.
   */
  public enum Direction {
    /** Data, the end of the stream, or a connection to accept. */
    IN,
    /** Room for data to send, or the end of a connection attempt. */
    OUT
  }

  private final Poller poller;
  final SelectableChannel channel;
  private final boolean keepArmed;
  private @Nullable ReadyListener in;
  private @Nullable ReadyListener out;

  /** What the reactor was told. */
  int applied;

  /**
   * Whether the channel was ready while nobody listened. An armed channel costs nothing until then;
   * so a channel of ours stays armed between two reads and is disarmed only when the next data
   * comes before the next reader.
   */
  private boolean unheard;

  /** Whether the listener of a direction waits for nothing any more, and only occupies it. */
  private boolean settledIn;

  private boolean settledOut;

  /** Whether the last read took all there was: then the next one waits first. */
  boolean drained;

  /** Whether this stands in the poller's list of changes. */
  boolean noted;

  Watch(Poller poller, SelectableChannel channel, boolean keepArmed) {
    this.poller = poller;
    this.channel = channel;
    this.keepArmed = keepArmed;
  }

  /** Who is told about {@code direction}, or null. */
  public @Nullable ReadyListener listener(Direction direction) {
    return direction == Direction.IN ? in : out;
  }

  /** Makes {@code listener} the one that is told about {@code direction}, in place of any other. */
  public void listen(Direction direction, ReadyListener listener) {
    if (listener(direction) == null) {
      poller.interests++;
    }
    set(direction, listener);
    settle(direction, false);
    if (!staysArmed(direction)) {
      poller.note(this);
    }
  }

  /** Whether the reactor watches for data already, and nothing has come that nobody heard of. */
  private boolean staysArmed(Direction direction) {
    return direction == Direction.IN && keepArmed && !unheard && (applied & Reactor.READ) != 0;
  }

  /**
   * {@link #listen} for one that waits for nothing any more: nobody else may listen until it is
   * taken back, and the reactor is not asked for anything.
   */
  public void occupy(Direction direction, ReadyListener listener) {
    if (listener(direction) == null) {
      poller.interests++;
    }
    set(direction, listener);
    settle(direction, true);
  }

  private void settle(Direction direction, boolean settled) {
    if (direction == Direction.IN) {
      settledIn = settled;
    } else {
      settledOut = settled;
    }
  }

  /**
   * Takes the listener of {@code direction} back.
   *
   * @return whether there was one
   */
  public boolean mute(Direction direction) {
    if (listener(direction) == null) {
      return false;
    }
    poller.interests--;
    set(direction, null);
    if (direction == Direction.OUT || !keepArmed) {
      poller.note(this);
    }
    return true;
  }

  /**
   * Takes both listeners back and tells them that the channel is closed, or why it cannot be
   * watched.
   */
  public void fail(IOException cause) {
    ReadyListener formerIn = in;
    ReadyListener formerOut = out;
    mute(Direction.IN);
    mute(Direction.OUT);
    poller.noteClosed(this);
    if (formerIn != null) {
      formerIn.failed(cause);
    }
    if (formerOut != null) {
      formerOut.failed(cause);
    }
  }

  /** The channel has been closed by its owner: nobody is told, and the reactor forgets it. */
  public void release() {
    mute(Direction.IN);
    mute(Direction.OUT);
    poller.noteClosed(this);
  }

  /** Carrier: what the reactor found. */
  void ready(int readyOps) {
    if ((readyOps & (Reactor.READ | Reactor.ACCEPT)) != 0) {
      tell(in);
    }
    if ((readyOps & (Reactor.WRITE | Reactor.CONNECT)) != 0) {
      tell(out);
    }
  }

  private void tell(@Nullable ReadyListener listener) {
    if (listener != null && !(listener == in ? settledIn : settledOut)) {
      listener.ready();
    } else {
      unheard = true;
      poller.note(this);
    }
  }

  /** What the reactor should be told now. */
  int wanted() {
    if (!channel.isOpen()) {
      return 0;
    }
    int ops = 0;
    if (in != null && !settledIn) {
      ops |= channel instanceof ServerSocketChannel ? Reactor.ACCEPT : Reactor.READ;
    } else if ((keepArmed || !isIdle()) && !unheard) { // most likely wanted again at once
      ops |= applied & (Reactor.READ | Reactor.ACCEPT);
    }
    unheard = false;
    if (out != null && !settledOut) {
      ops |=
          channel instanceof SocketChannel s && s.isConnectionPending()
              ? Reactor.CONNECT
              : Reactor.WRITE;
    }
    return ops;
  }

  boolean isIdle() {
    return in == null && out == null;
  }

  private void set(Direction direction, @Nullable ReadyListener listener) {
    if (direction == Direction.IN) {
      in = listener;
    } else {
      out = listener;
    }
  }

  @Override
  public String toString() {
    return channel.toString();
  }
}
