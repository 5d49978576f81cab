package io.greenloop.internal.loop;

import io.greenloop.reactor.Completion;
import io.greenloop.reactor.Proactor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.Channel;
import java.nio.channels.CompletionHandler;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of an asynchronous channel. A call of the JDK cannot be taken back, an operation
 * can: so the call may outlive it, and what it brings then waits here for the next operation. Loop
 * room, but for what the JDK calls.
 */
abstract class Lane {
  private final LoopCore loop;
  private final Consumer<String> roomCheck;
  private @Nullable Waiting<?> waiting;
  private boolean calling;
  private @Nullable IOException failure;

  Lane(LoopCore loop, Consumer<String> roomCheck) {
    this.loop = loop;
    this.roomCheck = roomCheck;
  }

  // ---- operations --------------------------------------------------------------------------

  /** Begins {@code operation}, unless there is another one. */
  final Proactor.Operation begin(Waiting<?> operation) {
    if (waiting != null) {
      throw new IllegalStateException(
          operation.verb
              + " on "
              + operation.channel
              + ": an operation in this direction is still under way; wait for its completion");
    }
    waiting = operation;
    loop.outsideJobs(+1);
    if (failure != null) {
      loop.ready((Runnable) this::goOn, null);
    } else if (!calling && !operation.advance()) {
      loop.ready((Runnable) this::goOn, null);
    }
    return operation;
  }

  /** Makes a call of the JDK's, which tells this lane when it has ended. */
  final void call(Runnable call) {
    calling = true;
    try {
      call.run();
    } catch (RuntimeException e) { // such as NotYetConnectedException
      calling = false;
      failure = new IOException(e.toString(), e);
      loop.ready((Runnable) this::goOn, null);
    }
  }

  /** An entry of the loop: ends the operation, if it can be ended now. */
  private void goOn() {
    Waiting<?> operation = waiting;
    if (operation == null || operation.cancelled || calling) {
      return;
    }
    IOException why = failure;
    if (why != null) {
      failure = null;
      operation.fail(why);
    } else if (!operation.advance()) {
      operation.complete();
    }
  }

  /** What a thread of the JDK tells of the end of a call; {@code arrived} runs in the loop. */
  final <V> CompletionHandler<V, Channel> handler(BiConsumer<V, Channel> arrived) {
    return new CompletionHandler<>() {
      @Override
      public void completed(V result, Channel channel) {
        post(() -> arrived.accept(result, channel));
      }

      @Override
      public void failed(Throwable cause, Channel channel) {
        post(() -> failure = cause instanceof IOException e ? e : new IOException(cause));
      }
    };
  }

  private void post(Runnable end) {
    loop.post(
        (Runnable)
            () -> {
              calling = false;
              end.run();
              goOn();
            },
        null);
  }

  /**
   * An operation whose completion has not been called.
   *
   * @param <T> what it gives
   */
  abstract class Waiting<T> implements Proactor.Operation {
    private final String verb;
    private final Channel channel;
    private final Completion<T> completion;
    private boolean cancelled;
    private boolean ended;

    Waiting(String verb, Channel channel, Completion<T> completion) {
      this.verb = verb;
      this.channel = channel;
      this.completion = completion;
    }

    /**
     * Makes the next call, if one is needed.
     *
     * @return false: there is a result
     */
    abstract boolean advance();

    /** The result, which is there. */
    abstract T take();

    @Override
    public final boolean cancel() {
      roomCheck.accept("cancel");
      if (cancelled || ended) {
        return false;
      }
      cancelled = true;
      loop.ready(
          (Runnable)
              () -> fail(new InterruptedIOException(verb + " on " + channel + ": cancelled")),
          null);
      return true;
    }

    private void complete() {
      T result = take();
      end();
      completion.completed(result);
    }

    private void fail(IOException cause) {
      end();
      completion.failed(cause);
    }

    private void end() {
      ended = true;
      waiting = null;
      loop.outsideJobs(-1);
    }
  }
}
