package io.greenloop.sync;

import io.greenloop.Awaitable;
import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.Promise;
import io.greenloop.Registration;
import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for whichever of several things comes first, and takes that one alone.
 *
 * <pre>{@code
 * String next =
 *     new Select<String>()
 *         .get(orders, order -> "order " + order)
 *         .put(offers, 42, () -> "offered")
 *         .done(shutdown, done -> "shut down")
 *         .after(Duration.ofSeconds(1), () -> "nothing for a second")
 *         .run();
 * }</pre>
 *
 * <p>An item is taken from one queue only, and in all others everything stays as it was; so there
 * is nothing to put back, as there is with {@code asyncio.wait} over several {@code get()} calls.
 * Where several things are ready, the first one in the order of the calls wins. A task that is
 * cancelled while it waits has taken nothing, and put nothing.
 *
 * <p>May be run again and again. Suspend code uses {@code await()}.
 *
 * <p><b>Room:</b> the loop of what is waited for.
 *
 * @param <R> the result
 */
public final class Select<R extends @Nullable Object> {
  private final List<Clause<?, R>> clauses = new ArrayList<>();
  private final List<Queue<?>> getsFrom = new ArrayList<>();
  private final List<Queue<?>> putsInto = new ArrayList<>();
  private @Nullable Supplier<? extends R> otherwise;
  private boolean loopOnly = true;

  /** A selection of nothing yet. */
  public Select() {}

  /**
   * Takes the next item of {@code queue}; a queue that is closed and empty ends the selection with
   * a {@link QueueClosedException}.
   *
   * @throws IllegalArgumentException if this selection puts into the same queue: it would serve
   *     itself
   */
  public <T> Select<R> get(Queue<T> queue, Function<? super T, ? extends R> then) {
    refuseBothWays(queue, putsInto, "Select.get: this selection puts into ");
    getsFrom.add(queue);
    return this.<T>on(waiter -> queue.get(waiter), then);
  }

  /**
   * Puts {@code item} into {@code queue}; one that is closed ends the selection with its error.
   *
   * @throws IllegalArgumentException if this selection gets from the same queue: it would serve
   *     itself
   */
  public <T> Select<R> put(Queue<T> queue, T item, Supplier<? extends R> then) {
    refuseBothWays(queue, getsFrom, "Select.put: this selection gets from ");
    putsInto.add(queue);
    return this.<@Nullable Void>add(
        arm -> {
          var offer = new Offer<>(item);
          arm.isTaken = () -> queue.isTaken(offer);
          queue.put(offer, arm);
          return () -> {};
        },
        nothing -> then.get());
  }

  private static void refuseBothWays(Queue<?> queue, List<Queue<?>> otherWay, String but) {
    if (otherWay.stream().anyMatch(other -> other == queue)) {
      throw new IllegalArgumentException(
          but + queue.identity() + ", and never meets itself; use two selections");
    }
  }

  /**
   * Anything that serves waiters: {@code on(lock::acquire, permit -> …)}, {@code on(event::waitFor,
   * …)}.
   *
   * @param enqueue puts the waiter into a queue, or serves it in the call
   */
  public <T extends @Nullable Object> Select<R> on(
      Consumer<Waiter<T>> enqueue, Function<? super T, ? extends R> then) {
    return this.<T>add(
        waiter -> {
          enqueue.accept(waiter);
          return () -> {};
        },
        then);
  }

  /** The end of a future or task, however it ends; it is not cancelled when something else wins. */
  public <T extends @Nullable Object> Select<R> done(
      Awaitable<T> awaitable, Function<? super LoopFuture<T>, ? extends R> then) {
    LoopFuture<T> future = awaitable.asFuture();
    loopOnly = false; // maybe somebody outside completes it
    return this.<LoopFuture<T>>add(arm -> waitDone(future, arm), then);
  }

  private static <T extends @Nullable Object> Runnable waitDone(
      LoopFuture<T> future, Arm<LoopFuture<T>, ?> arm) {
    if (future.isDone()) {
      arm.onServed(future);
      return () -> {};
    }
    Registration registration = future.whenDone(arm::onServed);
    return registration::remove;
  }

  /** The end of a time from the start of the run; zero or less: the next turn. */
  public Select<R> after(Duration time, Supplier<? extends R> then) {
    return this.<Duration>add(
        arm -> EventLoop.current().callLater(time, () -> arm.onServed(time))::cancel,
        passed -> then.get());
  }

  /** What to do if nothing is ready at once: {@link #run} does not wait then. */
  public Select<R> orElse(Supplier<? extends R> then) {
    otherwise = then;
    return this;
  }

  private <T extends @Nullable Object> Select<R> add(
      Function<Arm<T, R>, Runnable> begin, Function<? super T, ? extends R> then) {
    clauses.add(new Clause<>(begin, then));
    return this;
  }

  /**
   * Parks the calling task until one of the things is ready, takes it, and gives what its function
   * makes of it. Does not park, nor notice a pending cancel, when one is ready at once.
   *
   * @throws QueueClosedException if a queue that is selected from is closed
   * @throws IllegalStateException if nothing is selected, or in a callback
   */
  public R run() {
    Run run = begin();
    if (!run.isDecided()) {
      try {
        WaitQueue.parkUntilDone("Select.run", run.decided(), run::hasPut);
      } catch (Throwable failure) {
        run.drop();
        throw failure;
      }
    }
    return run.finish();
  }

  /** Begins a run for code that waits in another way than by parking. */
  public Run begin() {
    if (clauses.isEmpty()) {
      throw new IllegalStateException("Select: nothing is selected; add a clause first");
    }
    return new Run();
  }

  private record Clause<T extends @Nullable Object, R extends @Nullable Object>(
      Function<Arm<T, R>, Runnable> begin, Function<? super T, ? extends R> then) {}

  /** One run: end it with either {@link #finish} or {@link #drop}. */
  public final class Run {
    private final List<Arm<?, R>> arms = new ArrayList<>();
    private @Nullable Arm<?, R> winner;
    private @Nullable Promise<@Nullable Void> decided;

    private Run() {
      try {
        for (var clause : clauses) {
          begin(clause);
          if (winner != null) {
            return;
          }
        }
      } catch (Throwable failure) {
        drop();
        throw failure;
      }
    }

    private <T extends @Nullable Object> void begin(Clause<T, R> clause) {
      var arm = new Arm<T, R>(clause.then, this::won);
      arms.add(arm);
      arm.stop = clause.begin.apply(arm);
      if (winner == arm) {
        arm.end();
      }
    }

    /** The others are let go at once, so that nothing is handed to them any more. */
    private void won(Arm<?, R> arm) {
      if (winner == null) {
        winner = arm;
        arm.end();
        for (Arm<?, R> other : arms) {
          if (other != arm) {
            other.drop();
          }
        }
        if (decided != null) {
          decided.tryComplete(null);
        }
      }
    }

    /** Whether something was taken, or there is something else to do. */
    public boolean isDecided() {
      return winner != null || otherwise != null;
    }

    /** Done as soon as something was taken. */
    public LoopFuture<@Nullable Void> decided() {
      if (decided == null) {
        EventLoop loop = EventLoop.current();
        decided =
            loopOnly ? loop.newPromise("one of " + clauses.size() + " things") : loop.newPromise();
        if (isDecided()) {
          decided.complete(null);
        }
      }
      return decided;
    }

    /**
     * What the function of the chosen one makes of what was taken.
     *
     * @throws QueueClosedException if that is a queue that is closed
     */
    public R finish() {
      Arm<?, R> chosen = winner;
      if (chosen != null) {
        return chosen.finish();
      }
      drop();
      return Objects.requireNonNull(otherwise, "not decided yet").get();
    }

    /** Whether it has put something that is with somebody: nothing can undo that. */
    private boolean hasPut() {
      return winner != null && winner.isTaken.getAsBoolean();
    }

    /** Gives up: what was taken goes to the next one who waits for it, or back. */
    public void drop() {
      arms.forEach(Arm::drop);
    }
  }

  /** One thing that is waited for, in one run. */
  private static final class Arm<T extends @Nullable Object, R extends @Nullable Object>
      extends Waiter<T> {
    private final Function<? super T, ? extends R> then;
    private final Consumer<Arm<T, R>> won;
    private BooleanSupplier isTaken = () -> false; // what it has put, by somebody
    private @Nullable Runnable stop; // what is left to do when it is over
    private @Nullable Supplier<? extends R> result;

    Arm(Function<? super T, ? extends R> then, Consumer<Arm<T, R>> won) {
      this.then = then;
      this.won = won;
    }

    @Override
    protected void onServed(T value) {
      result = () -> then.apply(value);
      won.accept(this);
    }

    @Override
    protected void onFailed(Throwable failure) {
      result =
          () -> {
            throw Arm.<RuntimeException>raise(failure);
          };
      won.accept(this);
    }

    R finish() {
      return Objects.requireNonNull(result).get();
    }

    /** Leaves; what was handed over, and will not be used, goes to the next one. */
    void drop() {
      abandon();
      end();
    }

    void end() {
      if (stop != null) {
        stop.run();
      }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // whatever it is
    private static <X extends Throwable> X raise(Throwable failure) throws X {
      throw (X) failure;
    }
  }
}
