package io.greenloop;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Resources and callbacks that are left in the reverse order, however many there turn out to be
 * (Python: {@code contextlib.AsyncExitStack}).
 *
 * <pre>{@code
 * ScopeStack.run(stack -> {
 *   for (String name : names) {
 *     files.add(stack.enter(open(name)));
 *   }
 *   return merge(files);
 * });
 * }</pre>
 *
 * <p>All exits run, in the calling task, where they may wait; also if one of them throws. As in
 * Python the later failure is the one that is thrown, with the earlier one {@linkplain
 * Throwable#getSuppressed suppressed} in it, the body's own being the earliest. A fatal throwable
 * is not replaced by a later one.
 *
 * <p><b>Room:</b> any thread; one at a time.
 */
public final class ScopeStack implements AutoCloseable {
  private final Deque<ThrowingRunnable> exits = new ArrayDeque<>();
  private boolean closed;

  /** An empty one, to be closed by its owner; {@link #run} is the form with a body. */
  public ScopeStack() {}

  /**
   * Code with a stack.
   *
   * @param <T> the result
   */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /** Runs in the calling thread. */
    T call(ScopeStack stack) throws Exception;
  }

  /**
   * Runs {@code body} with a new stack and then leaves what is on it.
   *
   * @return what {@code body} returns
   */
  public static <T extends @Nullable Object> T run(Body<? extends T> body) {
    var stack = new ScopeStack();
    T result;
    try {
      result = body.call(stack);
    } catch (Throwable thrown) {
      Throwable failure = stack.leave(thrown);
      throw Unchecked.raise(failure == null ? thrown : failure);
    }
    stack.close();
    return result;
  }

  /**
   * Takes over {@code resource}, which is closed when the stack is left.
   *
   * @return {@code resource}
   * @throws IllegalStateException if the stack is closed; the resource is not closed then
   */
  public <R extends AutoCloseable> R enter(R resource) {
    add("enter", resource::close);
    return resource;
  }

  /**
   * Calls {@code exit} when the stack is left (Python: {@code callback}).
   *
   * @throws IllegalStateException if the stack is closed
   */
  public void push(ThrowingRunnable exit) {
    add("push", Objects.requireNonNull(exit, "exit"));
  }

  private void add(String operation, ThrowingRunnable exit) {
    if (closed) {
      throw new IllegalStateException(
          "ScopeStack." + operation + ": the stack is closed; make another one");
    }
    exits.push(exit);
  }

  /**
   * Moves everything to a new stack, which the caller closes; this one goes on empty. So what was
   * opened survives the block if all of it could be opened.
   */
  public ScopeStack popAll() {
    var moved = new ScopeStack();
    moved.exits.addAll(exits);
    exits.clear();
    return moved;
  }

  /** Leaves everything, the last one first. Idempotent. */
  @Override
  public void close() {
    Throwable failure = leave(null);
    if (failure != null) {
      throw Unchecked.raise(failure);
    }
  }

  /** Runs the exits; returns what is to be thrown after {@code thrown}, or null. */
  private @Nullable Throwable leave(@Nullable Throwable thrown) {
    Throwable failure = thrown;
    while (!exits.isEmpty()) { // an exit may push more
      try {
        exits.pop().run();
      } catch (Throwable later) {
        failure = failure == null ? later : combined(failure, later);
      }
    }
    closed = true;
    return failure;
  }

  private static Throwable combined(Throwable earlier, Throwable later) {
    if (earlier == later) {
      return later;
    }
    boolean keep = Fatal.isFatal(earlier) && !Fatal.isFatal(later);
    Throwable wins = keep ? earlier : later;
    wins.addSuppressed(keep ? later : earlier);
    return wins;
  }
}
