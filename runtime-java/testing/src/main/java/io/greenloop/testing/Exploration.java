package io.greenloop.testing;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs one program under many seeds, each of which decides everything that the contract of the loop
 * leaves open: see {@link TestLoop#exploring}.
 *
 * <pre>{@code
 * Exploration.of(500).run((t, seed) -> {
 *   var stock = new Stock();
 *   t.run(() -> TaskGroup.run(g -> {
 *     g.spawn(stock::sell);
 *     g.spawn(stock::sell);
 *   }));
 *   assertThat(stock.left()).isZero();
 * });
 * }</pre>
 *
 * <p>The first seed that fails ends it, with an {@link AssertionError} that says {@code replay with
 * -Dgreenloop.seed=7}: with that property this one seed is run. Unlike a test of {@link Seeds},
 * which JUnit reports once per seed, this is one test, so that thousands of seeds cost little.
 *
 * <p><b>Room:</b> the thread of the test.
 */
public final class Exploration {
  private final int seeds;

  private Exploration(int seeds) {
    this.seeds = seeds;
  }

  /**
   * An exploration of {@code seeds} seeds, from 1 on.
   *
   * @param seeds how many; at least 1
   * @throws IllegalArgumentException if {@code seeds} is less
   */
  public static Exploration of(int seeds) {
    if (seeds < 1) {
      throw new IllegalArgumentException("Exploration: seeds = " + seeds + " (expected >= 1)");
    }
    return new Exploration(seeds);
  }

  /** What is explored. */
  @FunctionalInterface
  public interface Program {
    /**
     * Runs once and throws if something is wrong. What is random in it comes from {@code seed}; the
     * loop is closed afterwards, and errors it reported that nobody asked for are failures, too.
     */
    void run(TestLoop t, long seed) throws Throwable;
  }

  /**
   * Runs {@code program} once per seed.
   *
   * @throws AssertionError for the first seed that fails; it says how to replay it, and whether it
   *     failed in the same way when it was run once more
   */
  public void run(Program program) {
    Long one = Long.getLong("greenloop.seed");
    if (one != null) {
      check(program, one);
      return;
    }
    for (long seed = 1; seed <= seeds; seed++) {
      check(program, seed);
    }
  }

  private static void check(Program program, long seed) {
    Failed failed = failure(program, seed);
    if (failed == null) {
      return;
    }
    Failed again = failure(program, seed);
    throw new AssertionError(
        "seed "
            + seed
            + " fails: "
            + failed.thrown
            + "; replay with -Dgreenloop.seed="
            + seed
            + (failed.isLike(again)
                ? ""
                : "; a second run was another one: something outside of the loop, a hash code or a"
                    + " random number not drawn from the seed took part")
            + "\ntrail: "
            + String.join(" ", failed.trail),
        failed.thrown);
  }

  private static @Nullable Failed failure(Program program, long seed) {
    TestLoop t = TestLoop.exploring(seed);
    try (t) {
      program.run(t, seed);
    } catch (Throwable thrown) {
      return new Failed(thrown, t.trail());
    }
    return null;
  }

  private record Failed(Throwable thrown, List<String> trail) {
    boolean isLike(@Nullable Failed other) {
      return other != null
          && thrown.getClass() == other.thrown.getClass()
          && trail.equals(other.trail);
    }
  }

  /**
   * Makes a failing input smaller as long as it fails: takes the first smaller one that fails too,
   * and starts again from it.
   *
   * @param failing an input that fails
   * @param smaller what could be tried instead of one, the boldest cut first; each must be really
   *     smaller, or this does not end
   * @param fails whether an input fails; what it throws ends the search
   * @return an input that fails, none of whose smaller ones does
   */
  public static <T> T shrink(
      T failing, Function<? super T, ? extends Iterable<? extends T>> smaller, Predicate<T> fails) {
    T smallest = failing;
    for (T next = failing; next != null; ) {
      smallest = next;
      next = firstFailing(smaller.apply(smallest), fails);
    }
    return smallest;
  }

  private static <T> @Nullable T firstFailing(
      Iterable<? extends T> candidates, Predicate<T> fails) {
    for (T candidate : candidates) {
      if (fails.test(candidate)) {
        return candidate;
      }
    }
    return null;
  }
}
