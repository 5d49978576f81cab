package io.greenloop.coroutine;

import io.greenloop.internal.loop.LoopCore;
import io.greenloop.internal.loop.LoopThread;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A body that gives values one at a time: Python's generator.
 *
 * <pre>{@code
 * Generator<Integer, Void, Void> fib = Generator.yielding(g -> {
 *   for (int a = 0, b = 1; ; b += a, a = b - a) {
 *     g.yieldValue(a);
 *   }
 * });
 * for (int n : fib.take(10)) { … }
 * }</pre>
 *
 * <p>The body starts at the first {@link #next}, runs on the stack of whoever drives it, and is
 * suspended inside {@link Yielder#yieldValue}, at any depth of calls. What it throws, checked or
 * not, leaves the driving call as the same object. Close a generator that is not drained, best by
 * try-with-resources: one that is dropped while suspended is reported, its {@code finally} blocks
 * do not run. One that was started on a loop is closed by that loop's orderly shutdown.
 *
 * <p><b>Room:</b> the thread, Task or callback of its first step; driven in a Task the body may
 * wait, and the Task waits. Others are refused, unless it is {@link #shared}; two at once always.
 * <b>Parity:</b> rows GEN-1 to GEN-20. Differs from Python: {@code hasNext()} has to look ahead and
 * runs the body to its next yield; see each method.
 *
 * @param <Y> what it yields
 * @param <S> what it is sent; {@code Void} if nothing
 * @param <R> what its body returns; {@code Void} if nothing
 */
@SuppressWarnings({"ReferenceEquality", "IterableAndIterator"}) // sentinels; Python's protocol
public final class Generator<
        Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
    implements Iterator<Y>, Iterable<Y>, AutoCloseable {
  private static final Object NOTHING = new Object();

  private final Drive drive;
  private @Nullable Object ahead = NOTHING;
  private boolean iterated;
  private @Nullable Leak leak;
  private @Nullable WeakReference<AutoCloseable> openOnLoop;

  /** Only kept: the loop refers to it weakly. */
  @SuppressWarnings("UnusedVariable")
  private @Nullable Closer closeAtShutdown;

  private Generator(Drive drive) {
    this.drive = drive;
  }

  /** The code of a generator that is sent values or returns one. */
  @FunctionalInterface
  public interface Body<
      Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object> {
    /** Runs once, from the first {@code next()} on. */
    R run(Yielder<Y, S> g) throws Exception;
  }

  /** The code of a generator that only yields. */
  @FunctionalInterface
  public interface Source<Y extends @Nullable Object> {
    /** Runs once, from the first {@code next()} on. */
    void run(Yielder<Y, Void> g) throws Exception;
  }

  /** A generator that runs {@code body}; nothing runs yet. Its name is that of the body's class. */
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      Generator<Y, S, R> of(Body<Y, S, R> body) {
    return new Generator<>(new Yielder<Y, S>("generator", body, body::run));
  }

  /** A generator with a name for messages. */
  public static <Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object>
      Generator<Y, S, R> of(String name, Body<Y, S, R> body) {
    Objects.requireNonNull(body, "body");
    return new Generator<>(new Yielder<Y, S>("generator", name, body::run));
  }

  /** A generator that is sent nothing and returns nothing. */
  public static <Y extends @Nullable Object> Generator<Y, Void, Void> yielding(Source<Y> body) {
    return new Generator<>(new Yielder<Y, Void>("generator", body, plain(body)));
  }

  /** A generator that is sent nothing and returns nothing, with a name for messages. */
  public static <Y extends @Nullable Object> Generator<Y, Void, Void> yielding(
      String name, Source<Y> body) {
    return new Generator<>(new Yielder<Y, Void>("generator", name, plain(body)));
  }

  private static <Y extends @Nullable Object> Yielder.Root<Y, Void> plain(Source<Y> body) {
    Objects.requireNonNull(body, "body");
    return self -> {
      body.run(self);
      return null;
    };
  }

  /**
   * The elements of {@code source}, to be filtered and mapped; closes its iterator if it can be.
   */
  public static <Y extends @Nullable Object> Generator<Y, Void, Void> from(
      Iterable<? extends Y> source) {
    return new Generator<>(Stage.from(source.iterator()));
  }

  /**
   * Ends the innermost generator whose body is running, with {@code value} as its result, from any
   * depth of calls; {@code finally} blocks run. Never returns.
   *
   * <p><b>Parity:</b> {@code raise Return(value)} of the old coroutine styles, row GEN-20.
   */
  @SuppressWarnings({"DoNotCallSuggester", "TypeParameterUnusedInFormals"}) // stands for any value
  public static <T extends @Nullable Object> T returnValue(@Nullable Object value) {
    throw new ReturnSignal(value);
  }

  /**
   * Runs the body to its next yield.
   *
   * @return the yielded value
   * @throws NoSuchElementException if the body has ended, now or before
   */
  @Override
  public Y next() {
    Object value = pull(null, null);
    return yieldedOr(value);
  }

  /**
   * Goes on with {@code value} as the result of the suspended {@code yieldValue}.
   *
   * @return the next yielded value
   * @throws NoSuchElementException if the body has ended, now or before
   * @throws IllegalStateException if {@code value} is not null and the generator is unstarted, or
   *     {@code hasNext()} has already run it to its next yield
   */
  public Y send(S value) {
    if (value != null && drive.state() == Drive.UNSTARTED) {
      throw new IllegalStateException(
          "send to " + drive + ": a just-started generator takes only null; call next() first");
    }
    return yieldedOr(pull(value, null));
  }

  /**
   * Throws {@code error} at the suspended yield. A value that {@code hasNext()} looked ahead is
   * lost.
   *
   * @return the next yielded value, if the body catches the error
   * @throws NoSuchElementException if the body catches it and ends
   */
  public Y throwInto(Throwable error) {
    Objects.requireNonNull(error, "error");
    if (drive.finishUnstarted()) {
      throw Drive.sneak(error);
    }
    Object value = pull(null, error);
    if (value == Drive.OVER) {
      throw Drive.sneak(error);
    }
    return yieldedOr(value);
  }

  /**
   * Whether there is another value: runs the body to its next yield and keeps the value for {@link
   * #next}. What the body throws leaves this call.
   */
  @Override
  public boolean hasNext() {
    if (ahead != NOTHING) {
      return true;
    }
    Object value = pull(null, null);
    if (value == Drive.END || value == Drive.OVER) {
      return false;
    }
    ahead = value;
    return true;
  }

  /**
   * What the body returned; null after a {@code close()} that cut it short.
   *
   * @throws IllegalStateException if it has not finished, or finished with an error, which is the
   *     cause
   */
  public R result() {
    if (drive.state() != Drive.FINISHED) {
      throw new IllegalStateException(
          "result of " + drive + ": it has not finished, it is " + drive.stateWord());
    }
    Throwable failure = drive.failure();
    if (failure != null && !(failure instanceof GeneratorExit)) {
      throw new IllegalStateException("result of " + drive + ": it ended with an error", failure);
    }
    return lastResult();
  }

  /**
   * Ends the generator: throws {@link GeneratorExit} at the suspended yield, so that its {@code
   * finally} blocks run. Nothing runs if it is unstarted or finished.
   *
   * @throws IllegalStateException {@code generator ignored close} if the body yields again; it
   *     stays suspended then
   */
  @Override
  public void close() {
    closeAndGet();
  }

  /** Closes, and gives what the body returned while closing, else null. */
  public @Nullable R closeAndGet() {
    ahead = NOTHING;
    if (drive.finishUnstarted() || drive.state() == Drive.FINISHED) {
      return null;
    }
    Object value;
    try {
      value = pull(null, new GeneratorExit());
    } catch (GeneratorExit exit) {
      return null;
    }
    if (value != Drive.END && value != Drive.OVER) {
      throw new IllegalStateException("generator ignored close");
    }
    return lastResult();
  }

  /** This generator, once: it has only one pass. */
  @Override
  public Iterator<Y> iterator() {
    if (iterated) {
      throw new IllegalStateException(
          "iterator of " + drive + ": a generator has one pass, and it was asked for before");
    }
    iterated = true;
    return this;
  }

  /**
   * Lets any thread or Task drive it, one at a time; says so of a generator whose body asks nothing
   * of its thread.
   *
   * <p>The JIT compiler takes it that code stays on its thread. In a body that has moved, what
   * looks at the thread may see the one before: thread locals are those of another, a lock is not
   * owned, and blocking outside of Greenloop's own waits can hang. Pure code and Greenloop's waits
   * are safe.
   *
   * @return this
   */
  public Generator<Y, S, R> shared() {
    drive.share();
    return this;
  }

  /** The values as a lazy sequential stream; closing the stream closes the generator. */
  public Stream<Y> stream() {
    var values = Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED);
    return StreamSupport.stream(values, false).onClose(this::close);
  }

  /**
   * Each value changed by {@code change}, one by one as asked for. Finishing it closes this one.
   */
  public <T extends @Nullable Object> Generator<T, Void, Void> map(
      Function<? super Y, ? extends T> change) {
    return new Generator<>(Stage.map(this, change));
  }

  /** The values that {@code keep} accepts. Finishing it closes this one. */
  public Generator<Y, Void, Void> filter(Predicate<? super Y> keep) {
    return new Generator<>(Stage.filter(this, keep));
  }

  /** The first {@code count} values; asks for no more. Finishing it closes this one. */
  public Generator<Y, Void, Void> take(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("take: count = " + count + " (expected >= 0)");
    }
    return new Generator<>(Stage.take(this, count));
  }

  /** Pairs with {@code other}, as long as both have values. Finishing it closes both. */
  public <U extends @Nullable Object, T extends @Nullable Object> Generator<T, Void, Void> zip(
      Iterable<U> other, BiFunction<? super Y, ? super U, ? extends T> join) {
    return new Generator<>(Stage.zip(this, other.iterator(), join));
  }

  /** One step; gives a value, END or OVER, and throws what the body threw. */
  @Nullable Object pull(@Nullable Object value, @Nullable Throwable error) {
    Object kept = ahead;
    if (kept != NOTHING) {
      if (value != null) {
        throw new IllegalStateException(
            "send to "
                + drive
                + ": hasNext() has run it to its next yield; take that value with next() first");
      }
      ahead = NOTHING;
      if (error == null) {
        return kept;
      }
    }
    if (drive.state() == Drive.UNSTARTED && drive instanceof Yielder) {
      starts();
    }
    try {
      Object next = drive.step(value, error);
      if (next == Drive.END) {
        ended();
      }
      return next;
    } finally {
      // Without the fence this handle counts as unreachable while its last step runs.
      Reference.reachabilityFence(this);
    }
  }

  private void starts() {
    leak = Leak.watch(this, drive);
    LoopCore loop = LoopThread.currentLoop();
    if (loop != null) {
      Closer closer = new Closer();
      closeAtShutdown = closer;
      openOnLoop = loop.openCloseables().add(closer);
    }
  }

  /** Closes it at the shutdown of its loop, in another task than the one that started it. */
  private final class Closer implements AutoCloseable {
    @Override
    public void close() {
      drive.release();
      Generator.this.close();
    }
  }

  private void ended() {
    if (leak != null) {
      leak.finished();
    }
    if (openOnLoop != null) {
      openOnLoop.clear();
      closeAtShutdown = null;
    }
    Throwable failure = drive.failure();
    if (failure instanceof NoSuchElementException) {
      throw new IllegalStateException(drive + " raised NoSuchElementException", failure);
    }
    if (failure != null) {
      throw Drive.sneak(failure);
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // what was yielded is a Y, null included
  private Y yieldedOr(@Nullable Object value) {
    if (value == Drive.END || value == Drive.OVER) {
      throw new NoSuchElementException(drive + " has ended");
    }
    return (Y) value;
  }

  /** What the body returned; null if it was cut short. */
  @SuppressWarnings({"unchecked", "NullAway"}) // what was returned is an R, null included
  R lastResult() {
    return (R) drive.result();
  }

  /** The result of one that had finished before it was asked (GEN-13). */
  @SuppressWarnings("NullAway") // Python's None, whatever R is
  R noResult() {
    return null;
  }

  /** Says its name and state. */
  @Override
  public String toString() {
    return "Generator[" + drive.name() + ", " + drive.stateWord() + "]";
  }
}
