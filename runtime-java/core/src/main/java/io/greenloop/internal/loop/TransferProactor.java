package io.greenloop.internal.loop;

import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import io.greenloop.reactor.Transfers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has the engine read and write where it does that itself; all else is made out of its readiness.
 * Loop room.
 */
public final class TransferProactor implements Proactor<SocketChannel, ServerSocketChannel> {
  private static final int EBADF = 9;
  private static final int EPIPE = 32;
  private static final int ECONNRESET = 104;
  private static final int ENOTCONN = 107;
  private static final int ETIMEDOUT = 110;
  private static final int ECANCELED = 125;

  private final LoopCore loop;
  private final Consumer<String> roomCheck;
  private final ReactorProactor onReadiness;

  /**
   * A proactor on the engine of {@code loop}.
   *
   * @param roomCheck gets the name of each call, and throws if the caller may not make it
   */
  public TransferProactor(LoopCore loop, Consumer<String> roomCheck) {
    this.loop = loop;
    this.roomCheck = roomCheck;
    onReadiness = new ReactorProactor(loop, roomCheck);
  }

  @Override
  public Operation accept(ServerSocketChannel listener, Completion<SocketChannel> completion) {
    return onReadiness.accept(listener, completion);
  }

  @Override
  public Operation connect(
      SocketChannel channel, SocketAddress remote, Completion<SocketChannel> completion) {
    return onReadiness.connect(channel, remote, completion);
  }

  @Override
  public Operation read(SocketChannel channel, ByteBuffer target, Completion<Integer> completion) {
    roomCheck.accept("read");
    Transfers transfers = target.isReadOnly() ? null : transfersOf(target);
    return transfers == null
        ? onReadiness.read(channel, target, completion)
        : new Read(transfers, channel, target, completion).begin();
  }

  @Override
  public Operation write(SocketChannel channel, ByteBuffer source, Completion<Integer> completion) {
    roomCheck.accept("write");
    Transfers transfers = transfersOf(source);
    return transfers == null
        ? onReadiness.write(channel, source, completion)
        : new Write(transfers, channel, source, completion).begin();
  }

  private @Nullable Transfers transfersOf(ByteBuffer buffer) {
    try {
      Transfers transfers = buffer.hasRemaining() ? loop.poller().transfers() : null;
      return transfers != null && transfers.takes(buffer) ? transfers : null;
    } catch (IOException e) {
      return null; // no engine to be had: the other proactor says so
    }
  }

  private final class Read extends Moving {
    Read(
        Transfers transfers,
        SocketChannel channel,
        ByteBuffer target,
        Completion<Integer> completion) {
      super("read", Watch.Direction.IN, transfers, channel, target, completion);
    }

    @Override
    Transfers.Transfer transfer() {
      boolean isEmpty = watch != null && watch.drained;
      return transfers.receive(channel, buffer, isEmpty, this);
    }

    @Override
    boolean isDone(int result) {
      if (watch != null) {
        watch.drained = result > 0 && buffer.hasRemaining();
      }
      return true;
    }

    @Override
    int count() {
      int count = buffer.position() - start;
      return count == 0 ? -1 : count;
    }
  }

  private final class Write extends Moving {
    Write(
        Transfers transfers,
        SocketChannel channel,
        ByteBuffer source,
        Completion<Integer> completion) {
      super("write", Watch.Direction.OUT, transfers, channel, source, completion);
    }

    @Override
    Transfers.Transfer transfer() {
      return transfers.send(channel, buffer, this);
    }

    @Override
    boolean isDone(int result) {
      return !buffer.hasRemaining();
    }

    @Override
    int count() {
      return buffer.position() - start;
    }
  }

  /**
   * One operation; it ends when the engine is done with the buffer, and not before. A cancel before
   * the carrier has submitted it is found there.
   */
  private abstract class Moving implements Operation, Transfers.End, ReadyListener, Runnable {
    final Transfers transfers;
    final SocketChannel channel;
    final ByteBuffer buffer;
    final int start;
    @Nullable Watch watch;
    private final String verb;
    private final Watch.Direction direction;
    private final Completion<Integer> completion;
    private Transfers.@Nullable Transfer transfer;

    /** Why it shall end, or has ended. */
    private @Nullable IOException failure;

    private boolean done;

    Moving(
        String verb,
        Watch.Direction direction,
        Transfers transfers,
        SocketChannel channel,
        ByteBuffer buffer,
        Completion<Integer> completion) {
      this.verb = verb;
      this.direction = direction;
      this.transfers = transfers;
      this.channel = channel;
      this.buffer = buffer;
      this.completion = completion;
      start = buffer.position();
    }

    /** Begins a transfer of what is left. */
    abstract Transfers.Transfer transfer();

    /** Whether a transfer that ended with {@code result}, which is no failure, was the last. */
    abstract boolean isDone(int result);

    /** How many bytes it was. */
    abstract int count();

    Operation begin() {
      Watch found;
      try {
        found = loop.poller().watch(channel);
      } catch (IOException e) {
        refused(e);
        return this;
      }
      if (found.listener(direction) != null) {
        throw new IllegalStateException(
            verb
                + " on "
                + channel
                + ": an operation in this direction is still under way; wait for its completion");
      }
      watch = found;
      found.occupy(direction, this);
      loop.poller().request(this::submit);
      return this;
    }

    /** Carrier. */
    private void submit() {
      if (failure == null) {
        transfer = transfer();
      } else {
        queueEnd();
      }
    }

    @Override
    public void ended(int result) {
      if (result < 0) {
        if (failure == null) {
          failure = failureOf(result);
        }
      } else if (!isDone(result) && failure == null) {
        transfer = transfer(); // the rest
        return;
      } else if (isDone(result)) {
        failure = null; // done all the same
      }
      queueEnd();
    }

    @Override
    public void refused(IOException cause) {
      if (failure == null) {
        failure = cause;
      }
      queueEnd();
    }

    private void queueEnd() {
      done = true;
      loop.ready(this, null);
    }

    private IOException failureOf(int result) {
      return switch (-result) {
        case EBADF, ECANCELED -> new ClosedChannelException();
        case ECONNRESET -> new SocketException("Connection reset");
        case EPIPE -> new IOException("Broken pipe");
        case ETIMEDOUT -> new SocketException("Connection timed out");
        case ENOTCONN -> new SocketException("not connected");
        default -> new IOException(verb + " on " + channel + ": error " + -result);
      };
    }

    /** The channel is watched for nothing. */
    @Override
    public void ready() {}

    @Override
    public void failed(IOException cause) {
      if (failure == null) {
        failure = cause;
      }
    }

    @Override
    public boolean cancel() {
      roomCheck.accept("cancel");
      if (done || failure != null) {
        return false;
      }
      failure = new InterruptedIOException(verb + " on " + channel + ": cancelled");
      loop.poller().request(this::cancelTransfer);
      return true;
    }

    /** Carrier. */
    private void cancelTransfer() {
      if (transfer != null && !done) {
        transfer.cancel();
      }
    }

    /** A callback of the loop. */
    @Override
    public void run() {
      if (watch != null && watch.listener(direction) == this) {
        watch.mute(direction);
      }
      if (failure != null) {
        completion.failed(failure);
      } else {
        completion.completed(count());
      }
    }
  }
}
