package io.greenloop.coroutine;

import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A body driven by hand: each {@link #send} passes a value in and gets the next message out.
 *
 * <pre>{@code
 * Coroutine<String, String> talk = Coroutine.of(self -> {
 *   String name = self.yieldValue("who are you?");
 *   return "hello " + name;
 * });
 * talk.send(null);    // "who are you?"
 * talk.send("Ann");   // "hello Ann"; talk.isDone()
 * }</pre>
 *
 * <p>No loop is involved. The body is suspended inside {@link Yielder#yieldValue}, at any depth of
 * calls; what it throws, checked or not, leaves the driving call as the same object.
 *
 * <p><b>Room:</b> the thread, Task or callback of its first step, unless it is {@link #shared}.
 * <b>Parity:</b> row GEN-21. Differs from Python: the returned value is the result of the last
 * {@code send}, as with greenlets, instead of travelling in a StopIteration; ask {@link #isDone}.
 *
 * @param <In> what is sent in
 * @param <Out> what comes out: messages, and at last the returned value
 */
@SuppressWarnings("ReferenceEquality") // sentinels
public final class Coroutine<In extends @Nullable Object, Out extends @Nullable Object>
    implements AutoCloseable {
  private final Yielder<Out, In> drive;
  private @Nullable Leak leak;

  private Coroutine(Yielder<Out, In> drive) {
    this.drive = drive;
  }

  /** The code of a coroutine. */
  @FunctionalInterface
  public interface Body<In extends @Nullable Object, Out extends @Nullable Object> {
    /** Runs once, from the first {@code send(null)} on. */
    Out run(Yielder<Out, In> self) throws Exception;
  }

  /** A coroutine that runs {@code body}; nothing runs yet. Its name is that of the body's class. */
  public static <In extends @Nullable Object, Out extends @Nullable Object> Coroutine<In, Out> of(
      Body<In, Out> body) {
    return new Coroutine<>(new Yielder<>("coroutine", body, body::run));
  }

  /** A coroutine with a name for messages. */
  public static <In extends @Nullable Object, Out extends @Nullable Object> Coroutine<In, Out> of(
      String name, Body<In, Out> body) {
    Objects.requireNonNull(body, "body");
    return new Coroutine<>(new Yielder<>("coroutine", name, body::run));
  }

  /**
   * Starts the body, or goes on with {@code value} as the result of its suspended {@code
   * yieldValue}.
   *
   * @param value null at the first call
   * @return the next message, or what the body returned
   * @throws IllegalStateException if it has finished, or is unstarted and {@code value} is not null
   */
  public Out send(In value) {
    if (value != null && drive.state() == Drive.UNSTARTED) {
      throw new IllegalStateException(
          "send to " + drive + ": a just-started coroutine takes only null; send null first");
    }
    return step(value, null);
  }

  /**
   * Throws {@code error} at the suspended yield; an unstarted coroutine finishes without running.
   *
   * @return the next message, or what the body returned, if it catches the error
   */
  public Out throwInto(Throwable error) {
    Objects.requireNonNull(error, "error");
    if (drive.finishUnstarted()) {
      throw Drive.sneak(error);
    }
    return step(null, error);
  }

  /**
   * Ends it: throws {@link GeneratorExit} at the suspended yield. Nothing runs if it is unstarted
   * or finished.
   *
   * @throws IllegalStateException {@code coroutine ignored close} if the body yields again
   */
  @Override
  public void close() {
    if (drive.finishUnstarted() || isDone()) {
      return;
    }
    try {
      step(null, new GeneratorExit());
    } catch (GeneratorExit exit) {
      return;
    }
    if (!isDone()) {
      throw new IllegalStateException("coroutine ignored close");
    }
  }

  /**
   * Lets any thread or Task drive it, one at a time; for a body that asks nothing of its thread, as
   * {@link Generator#shared} explains.
   *
   * @return this
   */
  public Coroutine<In, Out> shared() {
    drive.share();
    return this;
  }

  /** Whether the body has returned, failed, or been closed. */
  public boolean isDone() {
    return drive.state() == Drive.FINISHED;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // what comes out is an Out, null included
  private Out step(@Nullable Object value, @Nullable Throwable error) {
    if (drive.state() == Drive.UNSTARTED) {
      leak = Leak.watch(this, drive);
    }
    try {
      Object next = drive.step(value, error);
      if (next == Drive.OVER) {
        throw new IllegalStateException(
            (error == null ? "send to " : "throwInto ") + drive + ": it has finished");
      }
      return (Out) (next == Drive.END ? outcome() : next);
    } finally {
      // Without the fence this handle counts as unreachable while its last step runs.
      Reference.reachabilityFence(this);
    }
  }

  private @Nullable Object outcome() {
    if (leak != null) {
      leak.finished();
    }
    Throwable failure = drive.failure();
    if (failure != null) {
      throw Drive.sneak(failure);
    }
    return drive.result();
  }

  /** Says its name and state. */
  @Override
  public String toString() {
    return "Coroutine[" + drive.name() + ", " + drive.stateWord() + "]";
  }
}
