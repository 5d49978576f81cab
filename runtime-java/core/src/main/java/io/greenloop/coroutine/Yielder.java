package io.greenloop.coroutine;

import io.greenloop.internal.fiber.Fiber;
import io.greenloop.internal.fiber.Host;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The inside of a {@link Generator} or {@link Coroutine}: what its body yields with.
 *
 * <p>It may be handed to helper methods: a body yields from any depth of calls. Only code that runs
 * inside the body may use it. A yield while a class initialiser or a native method is on the body's
 * stack is refused with an {@code IllegalStateException} that names the frame; the body goes on.
 *
 * @param <Y> what the body yields
 * @param <S> what it is sent
 */
@SuppressWarnings("ReferenceEquality") // sentinels
public final class Yielder<Y extends @Nullable Object, S extends @Nullable Object> extends Drive {
  private final Fiber fiber;

  /** Where it was started; code compiled for that thread may not be resumed by another. */
  private @Nullable Host host;

  private boolean shared;

  Yielder(String kind, Object named, Root<Y, S> root) {
    super(kind, named);
    this.fiber = Fiber.generator(this, () -> run(root));
  }

  /** A body without its public type. */
  @FunctionalInterface
  interface Root<Y extends @Nullable Object, S extends @Nullable Object> {
    @Nullable Object run(Yielder<Y, S> self) throws Exception;
  }

  private void run(Root<Y, S> root) {
    takeSent();
    try {
      end(root.run(this), null);
    } catch (ReturnSignal signal) {
      end(signal.value(), null);
    } catch (Throwable error) {
      end(null, error);
    }
  }

  @Override
  void advance() {
    Host bound = host;
    if (bound == null) {
      host = Host.current();
    } else if (!shared && !bound.isCurrent()) {
      move(bound);
    }
    fiber.resume();
  }

  /** Goes over to the calling host if the one before has ended, or is another hub of its loop. */
  private void move(Host from) {
    Host to = Host.current();
    if (!from.isOver() && !from.isSameHub(to)) {
      takeSent();
      takeThrown();
      throw new IllegalStateException(
          this
              + " was started in "
              + from
              + " and cannot go on in "
              + to
              + ": its body may hold on to its thread; drive it in one place, or call shared()");
    }
    host = to;
  }

  @Override
  void share() {
    shared = true;
  }

  @Override
  void release() {
    host = null;
  }

  /**
   * Suspends the body and gives {@code value} to whoever drives it.
   *
   * @return what is sent next; null after a plain {@code next()}
   * @throws IllegalStateException when called from outside the body, or when the stack is pinned
   */
  public S yieldValue(Y value) {
    fiber.checkInside();
    exchange(value);
    Throwable error = takeThrown();
    if (error != null) {
      throw sneak(error);
    }
    return takeAnswer();
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // what was sent is an S, null included
  private S takeAnswer() {
    return (S) takeSent();
  }

  private void exchange(@Nullable Object value) {
    emit(value);
    boolean suspended = false;
    try {
      fiber.suspend();
      suspended = true;
    } finally {
      if (!suspended) {
        retract();
      }
    }
  }

  /**
   * Yields all that {@code source} yields: what is sent to us is sent to it, what is thrown into us
   * is thrown into it, and closing us closes it first.
   *
   * <p><b>Parity:</b> Python's {@code yield from}, rows GEN-13 and GEN-15.
   *
   * @return what the body of {@code source} returns; null if it had finished before
   */
  public <T extends @Nullable Object> T yieldFrom(Generator<? extends Y, ? super S, T> source) {
    fiber.checkInside();
    if (shared) {
      source.shared();
    }
    Object value = source.pull(null, null);
    if (value == OVER) {
      return source.noResult();
    }
    while (value != END) {
      exchange(value);
      Throwable error = takeThrown();
      if (error instanceof GeneratorExit) {
        source.close();
        throw sneak(error);
      }
      value = source.pull(error == null ? takeSent() : null, error);
      if (value == OVER) { // somebody else has run it to its end
        if (error != null) {
          throw sneak(error);
        }
        return source.noResult();
      }
    }
    return source.lastResult();
  }

  /**
   * Yields all that a plain iterator gives.
   *
   * <p>Sending anything but null raises {@code IllegalStateException} here, in the body; what is
   * thrown into us is raised here and leaves the iterator alone. Closing us closes the iterator if
   * it is {@code AutoCloseable}. <b>Parity:</b> row GEN-14.
   */
  public void yieldFrom(Iterator<? extends Y> source) {
    if (source instanceof Generator<? extends Y, ?, ?> generator) {
      yieldFrom(sendable(generator));
      return;
    }
    while (source.hasNext()) {
      fiber.checkInside();
      exchange(source.next());
      Throwable error = takeThrown();
      if (error != null) {
        throw error instanceof GeneratorExit ? sneak(closed(source, error)) : sneak(error);
      }
      if (takeSent() != null) {
        throw new IllegalStateException(
            "send to " + this + ": it delegates to a plain iterator, which takes no values");
      }
    }
  }

  /** Yields all elements of {@code source}, as {@link #yieldFrom(Iterator)} does. */
  public void yieldFrom(Iterable<? extends Y> source) {
    yieldFrom(source.iterator());
  }

  /** What travels on after closing {@code source}: the exit, or the error of its close (GEN-15). */
  private static Throwable closed(Iterator<?> source, Throwable exit) {
    try {
      Stage.close(source);
      return exit;
    } catch (Throwable error) {
      return error;
    }
  }

  @SuppressWarnings("unchecked")
  private static <Y extends @Nullable Object, S extends @Nullable Object>
      Generator<Y, S, ?> sendable(Generator<Y, ?, ?> generator) {
    return (Generator<Y, S, ?>) generator;
  }
}
