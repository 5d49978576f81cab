package io.greenloop.gevent;

import io.greenloop.ThrowingRunnable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calling functions through something that spawns: what {@link Group}, {@link Pool} and {@link
 * ThreadPool} have in common (Python: {@code GroupMappingMixin}).
 *
 * <p><b>Room:</b> a greenlet.
 */
public abstract class Mapping {
  /** For the subclasses of this package. */
  Mapping() {}

  /** A function of an argument that may throw. */
  @FunctionalInterface
  public interface Function<A, R extends @Nullable Object> {
    /** Calls it. */
    R apply(A argument) throws Exception;
  }

  /** Spawns {@code call}: what {@code apply} waits for. */
  abstract <R extends @Nullable Object> Outcome<R> start(Callable<? extends R> call);

  /** Whether the caller is one of this group's own, so that a spawn might wait for itself. */
  abstract boolean appliesInline();

  /** Hands {@code result} to {@code callback}. */
  abstract <R extends @Nullable Object> void callBack(Consumer<? super R> callback, R result);

  /** Something with a result that comes later. */
  interface Outcome<R extends @Nullable Object> {
    /** The result, which a call that was killed does not have: null. */
    R get();

    void whenReady(Consumer<Outcome<R>> callback);

    @Nullable Throwable failure();
  }

  // ---- apply -------------------------------------------------------------------------------

  /**
   * Spawns {@code call} and waits for its result, null if it is killed; inside one of this group's
   * own, calls it.
   */
  public <R extends @Nullable Object> R apply(Callable<? extends R> call) {
    if (appliesInline()) {
      return Gevent.<R>callUnchecked(call);
    }
    return this.<R>start(call).get();
  }

  /** {@link #apply}, and then gives the result to {@code callback}. */
  public <R extends @Nullable Object> R applyCb(
      Callable<? extends R> call, Consumer<? super R> callback) {
    R result = this.<R>apply(call);
    this.<R>callBack(callback, result);
    return result;
  }

  /** {@link #apply} in a greenlet, which may be one of this group's. Never waits. */
  public <R extends @Nullable Object> Greenlet<R> applyAsync(Callable<? extends R> call) {
    return Gevent.spawn(() -> this.<R>apply(call));
  }

  /** {@link #applyCb} in a greenlet. Never waits. */
  public <R extends @Nullable Object> Greenlet<R> applyAsync(
      Callable<? extends R> call, Consumer<? super R> callback) {
    return Gevent.spawn(() -> this.<R>applyCb(call, callback));
  }

  // ---- map ---------------------------------------------------------------------------------

  /**
   * The results, in the order of the arguments; null in the place of a call that was killed. Throws
   * the first failure in that order; the others go on.
   */
  public <A, R extends @Nullable Object> List<R> map(
      Function<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    return this.<A, R>mapAsync(function, arguments).get();
  }

  /** {@link #map}, and then gives the list to {@code callback}. */
  public <A, R extends @Nullable Object> List<R> mapCb(
      Function<? super A, ? extends R> function,
      Iterable<? extends A> arguments,
      Consumer<? super List<R>> callback) {
    List<R> results = this.<A, R>map(function, arguments);
    callback.accept(results);
    return results;
  }

  /** {@link #map} in a greenlet. Never waits. */
  public <A, R extends @Nullable Object> Greenlet<List<R>> mapAsync(
      Function<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    return Gevent.spawn(() -> this.<A, R>mapHere(function, arguments));
  }

  private <A, R extends @Nullable Object> List<R> mapHere(
      Function<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    List<Outcome<R>> started = new ArrayList<>();
    for (A argument : arguments) {
      started.add(this.<R>start(() -> function.apply(argument)));
    }
    List<R> results = new ArrayList<>(started.size());
    for (Outcome<R> each : started) {
      results.add(each.get());
    }
    return results;
  }

  /** {@link #imap(Function, Iterable, int)} without a bound: reads all arguments as slots allow. */
  public <A, R extends @Nullable Object> Results<R> imap(
      Function<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    return imap(function, arguments, Results.UNBOUNDED);
  }

  /**
   * The results, in the order of the arguments, each when it is there; null for a call that was
   * killed. A failure is thrown in its place, and the iterator goes on; one of {@code arguments}
   * itself ends it.
   *
   * @param maxBuffered how many results may wait for the reader before calls are held back
   */
  public <A, R extends @Nullable Object> Results<R> imap(
      Function<? super A, ? extends R> function, Iterable<? extends A> arguments, int maxBuffered) {
    return Results.<A, R>started(this, function, arguments, maxBuffered, true);
  }

  /** {@link #imap(Function, Iterable)} in the order in which the calls end. */
  public <A, R extends @Nullable Object> Results<R> imapUnordered(
      Function<? super A, ? extends R> function, Iterable<? extends A> arguments) {
    return imapUnordered(function, arguments, Results.UNBOUNDED);
  }

  /** {@link #imap(Function, Iterable, int)} in the order in which the calls end. */
  public <A, R extends @Nullable Object> Results<R> imapUnordered(
      Function<? super A, ? extends R> function, Iterable<? extends A> arguments, int maxBuffered) {
    return Results.<A, R>started(this, function, arguments, maxBuffered, false);
  }

  static Callable<@Nullable Void> callable(ThrowingRunnable body) {
    return Gevent.callable(body);
  }
}
