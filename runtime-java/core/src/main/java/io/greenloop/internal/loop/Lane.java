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
    if (failure != null || (!calling && !isUnderWay(operation))) {
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

  /** Whether a call was made for {@code operation}; a buffer that takes no part fails it. */
  private boolean isUnderWay(Waiting<?> operation) {
    try {
      return operation.advance();
    } catch (RuntimeException e) { // such as memory that has ended
      failure = operation.changed(e);
      return false;
    }
  }

  /** An entry of the loop: ends the operation, if it can be ended now. */
  private void goOn() {
    Waiting<?> operation = waiting;
    if (operation == null
        || operation.cancelled
        || calling
        || (failure == null && isUnderWay(operation))) {
      return;
    }
    IOException why = failure;
    failure = null;
    if (why != null) {
      operation.fail(why);
    } else {
      operation.complete();
    }
  }

  /** {@link #handler(BiConsumer, Consumer)} of what need not be closed. */
  final <V> CompletionHandler<V, Channel> handler(BiConsumer<V, Channel> arrived) {
    return handler(arrived, null);
  }

  /**
   * What a thread of the JDK tells of the end of a call.
   *
   * @param arrived runs in the loop
   * @param dropped runs anywhere, if the loop is closed before that
   */
  final <V> CompletionHandler<V, Channel> handler(
      BiConsumer<V, Channel> arrived, @Nullable Consumer<V> dropped) {
    return new CompletionHandler<>() {
      @Override
      public void completed(V result, Channel channel) {
        post(
            () -> arrived.accept(result, channel),
            dropped == null ? null : action -> dropped.accept(result));
      }

      @Override
      public void failed(Throwable cause, Channel channel) {
        post(() -> failure = cause instanceof IOException e ? e : new IOException(cause), null);
      }
    };
  }

  private void post(Runnable end, @Nullable Rejecting owner) {
    loop.post(
        (Runnable)
            () -> {
              calling = false;
              end.run();
              goOn();
            },
        owner);
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
      T result;
      try {
        result = take();
      } catch (RuntimeException e) {
        fail(changed(e));
        return;
      }
      end();
      completion.completed(result);
    }

    private IOException changed(RuntimeException cause) {
      return new IOException(
          verb + " on " + channel + ": the buffer was changed meanwhile: " + cause.getMessage(),
          cause);
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
