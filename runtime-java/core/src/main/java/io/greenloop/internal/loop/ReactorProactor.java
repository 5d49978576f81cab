package io.greenloop.internal.loop;

import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes completions out of readiness: try the call, wait until it may work, try again. Loop room.
 */
public final class ReactorProactor implements Proactor<SocketChannel, ServerSocketChannel> {
  private final LoopCore loop;
  private final Consumer<String> roomCheck;

  /**
   * A proactor on the reactor of {@code loop}.
   *
   * @param roomCheck gets the name of each call, and throws if the caller may not make it
   */
  public ReactorProactor(LoopCore loop, Consumer<String> roomCheck) {
    this.loop = loop;
    this.roomCheck = roomCheck;
  }

  @Override
  public Operation read(SocketChannel channel, ByteBuffer target, Completion<Integer> completion) {
    checkTarget(target);
    return submit(
        new Pending<>("read", channel, Watch.Direction.IN, completion) {
          @Override
          @Nullable Integer attempt() throws IOException {
            int room = target.remaining();
            if (room == 0) { // or it would be ready again and again, for nothing
              throw new IOException(
                  "read on " + channel + ": the buffer was changed meanwhile: it has no room");
            }
            int read = loop.poller().read(channel, target);
            noteDrained(read >= 0 && read < room);
            return read == 0 ? null : (Integer) read;
          }
        });
  }

  /** Refuses what nothing can be read into. */
  static void checkTarget(ByteBuffer target) {
    if (!target.hasRemaining()) {
      throw new IllegalArgumentException("read: target has no room (expected at least 1 byte)");
    }
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("read: target can only be read");
    }
  }

  @Override
  public Operation write(SocketChannel channel, ByteBuffer source, Completion<Integer> completion) {
    int start = source.position();
    return submit(
        new Pending<>("write", channel, Watch.Direction.OUT, completion) {
          @Override
          @Nullable Integer attempt() throws IOException {
            loop.poller().write(channel, source);
            return source.hasRemaining() ? null : (Integer) (source.position() - start);
          }
        });
  }

  @Override
  public Operation accept(ServerSocketChannel listener, Completion<SocketChannel> completion) {
    return submit(
        new Pending<>("accept", listener, Watch.Direction.IN, completion) {
          // Else a loop that is closed before it can tell would leave the connection to nobody.
          @Override
          boolean mayTryAtOnce() {
            return false;
          }

          @Override
          @Nullable SocketChannel attempt() throws IOException {
            SocketChannel accepted = listener.accept();
            return accepted == null ? null : nonBlocking(accepted);
          }
        });
  }

  /** {@code accepted} in non-blocking mode; closed if it has none. */
  public static SocketChannel nonBlocking(SocketChannel accepted) throws IOException {
    try {
      accepted.configureBlocking(false);
      return accepted;
    } catch (Throwable refused) {
      accepted.close();
      throw refused;
    }
  }

  @Override
  public Operation connect(
      SocketChannel channel, SocketAddress remote, Completion<SocketChannel> completion) {
    return submit(
        new Pending<>("connect", channel, Watch.Direction.OUT, completion) {
          @Override
          @Nullable SocketChannel attempt() throws IOException {
            boolean connected =
                channel.isConnectionPending() ? channel.finishConnect() : channel.connect(remote);
            return connected ? channel : null;
          }
        });
  }

  private Operation submit(Pending<?> operation) {
    roomCheck.accept(operation.verb);
    try {
      operation.begin(loop.poller().watch(operation.channel));
    } catch (IOException e) { // no reactor to be had
      operation.failed(e);
    }
    return operation;
  }

  /** One operation, tried at submit and after each readiness. */
  private abstract class Pending<T> implements Operation, ReadyListener, Runnable {
    private final String verb;
    private final SelectableChannel channel;
    private final Watch.Direction direction;
    private final Completion<T> completion;
    private @Nullable Watch watch;
    private @Nullable T result;
    private @Nullable IOException failure;
    private boolean queued;
    private boolean ended;

    Pending(
        String verb,
        SelectableChannel channel,
        Watch.Direction direction,
        Completion<T> completion) {
      this.verb = verb;
      this.channel = channel;
      this.direction = direction;
      this.completion = completion;
    }

    /** The result, or null if the channel is not ready for it. */
    abstract @Nullable T attempt() throws IOException;

    /** Whether the result may wait for the entry that hands it over. */
    boolean mayTryAtOnce() {
      return direction == Watch.Direction.OUT || (watch != null && !watch.drained);
    }

    void begin(Watch watch) {
      if (watch.listener(direction) != null) {
        throw new IllegalStateException(
            verb
                + " on "
                + channel
                + ": an operation in this direction is still under way; wait for its completion");
      }
      this.watch = watch;
      if (mayTryAtOnce()) {
        tryNow();
      }
      // Until the completion, so that no other operation comes in between.
      if (isDecided()) {
        queue();
        watch.occupy(direction, this);
      } else {
        watch.drained = false; // who listens asks again when told
        watch.listen(direction, this);
      }
    }

    final void noteDrained(boolean drained) {
      if (watch != null) {
        watch.drained = drained;
      }
    }

    private void tryNow() {
      try {
        result = attempt();
      } catch (IOException e) {
        failure = e;
      } catch (RuntimeException e) { // such as NotYetConnectedException
        failure = new IOException(e.toString(), e);
      }
    }

    private boolean isDecided() {
      return result != null || failure != null;
    }

    private void queue() {
      if (!queued) {
        queued = true;
        loop.ready(this, null);
      }
    }

    @Override
    public void ready() {
      queue();
    }

    @Override
    public void failed(IOException cause) {
      if (!isDecided()) {
        failure = cause;
      }
      queue();
    }

    @Override
    public boolean cancel() {
      roomCheck.accept("cancel");
      if (ended || isDecided()) {
        return false;
      }
      failed(new InterruptedIOException(verb + " on " + channel + ": cancelled"));
      return true;
    }

    /**
     * A callback of the loop. The call is made here, not at the readiness, so that a cancel in
     * between loses nothing.
     */
    @Override
    public void run() {
      queued = false;
      if (!isDecided()) {
        tryNow();
      }
      if (isDecided()) {
        end();
      }
    }

    private void end() {
      ended = true;
      if (watch != null && watch.listener(direction) == this) {
        watch.mute(direction);
      }
      if (failure != null) {
        completion.failed(failure);
      } else if (result != null) {
        completion.completed(result);
      }
    }
  }
}
