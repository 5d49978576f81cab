package io.greenloop.greenlet;

import io.greenloop.EventLoop;
import io.greenloop.Promise;
import io.greenloop.Task;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits of greenlets for what a loop calls back about: the hand-off that home-made schedulers do by
 * {@code hub.switch()} and {@code worker.switch(value)}.
 *
 * <pre>{@code
 * String answer = Hub.suspend(resumer -> loop.callLater(ofMillis(20), () -> resumer.resume("due")));
 * }</pre>
 *
 * <p>Kotlin takes a bare {@code suspend { }} for its own word: write {@code Hub.suspend<String> {
 * }}.
 */
public final class Hub {
  private Hub() {}

  /**
   * Ends one wait, by the first call; from any thread.
   *
   * @param <T> what it hands over
   */
  public static final class Resumer<T extends @Nullable Object> {
    private final EventLoop loop;
    private final Promise<T> promise;

    private Resumer(EventLoop loop) {
      this.loop = loop;
      promise = loop.newPromise();
    }

    /**
     * Lets the wait return {@code value}, in a later turn.
     *
     * @throws IllegalStateException if it was resumed before; told on the loop only
     */
    public void resume(T value) {
      settle(() -> promise.tryComplete(value));
    }

    /** Lets the wait throw {@code error}; otherwise as {@link #resume}. */
    public void fail(Throwable error) {
      Objects.requireNonNull(error, "error");
      settle(() -> promise.tryCompleteExceptionally(error));
    }

    private void settle(BooleanSupplier first) {
      loop.callSoonThreadsafe(
          () -> {
            if (!first.getAsBoolean() && !promise.isCancelled()) { // nobody waits any more: late
              throw new IllegalStateException(
                  "resume: this wait has been resumed already; one resume for each suspend");
            }
          });
    }
  }

  /**
   * Suspends the current greenlet until what {@code register} arranges resumes it. In a callback
   * the callback goes on, and the loop with it; in a Task the Task waits.
   *
   * @param register is called at once, with what ends the wait
   * @return what it was resumed with; what {@link Resumer#fail} was given is thrown
   * @throws IllegalStateException if the caller is not on a loop, or is a callback's own code,
   *     which cannot wait
   */
  public static <T extends @Nullable Object> T suspend(Consumer<? super Resumer<T>> register) {
    EventLoop loop = EventLoop.current();
    var resumer = new Resumer<T>(loop);
    if (Task.currentOrNull() == null) {
      return suspendInCallback(resumer, register);
    }
    register.accept(resumer);
    return resumer.promise.join();
  }

  @SuppressWarnings("ReferenceEquality") // identity is meant
  private static <T extends @Nullable Object> T suspendInCallback(
      Resumer<T> resumer, Consumer<? super Resumer<T>> register) {
    Greenlet me = Greenlet.current();
    Greenlet main = me.tree().main;
    if (me == main) {
      throw new IllegalStateException(
          "suspend: a callback cannot wait; let it start a greenlet, or spawn a task");
    }
    register.accept(resumer);
    boolean[] waiting = {true}; // a notice that comes after the wait must not end another one
    resumer.promise.whenDone(
        done -> {
          if (waiting[0]) {
            me.switchTo();
          }
        });
    try {
      while (!resumer.promise.isDone()) { // anybody may switch here meanwhile
        main.switchTo();
      }
    } finally {
      waiting[0] = false;
    }
    return resumer.promise.getNow();
  }
}
