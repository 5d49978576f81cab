package io.greenloop.gevent;

import io.greenloop.Task;
import io.greenloop.ThrowingRunnable;
import io.greenloop.eventlet.internal.Sneaky;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Greenlets that are joined and killed together (Python: {@code gevent.pool.Group}). One that ends
 * leaves it.
 *
 * <p><b>Room:</b> the loop on which it was made.
 */
public class Group extends Mapping implements Iterable<Greenlet<?>> {
  private final Set<Greenlet<?>> members = new LinkedHashSet<>();
  private final Set<Greenlet<?>> dying = new HashSet<>();
  private final Event empty = new Event();
  private final Consumer<Greenlet<?>> leave = this::left;

  /** An empty group. */
  public Group() {
    empty.set();
  }

  /** A group of {@code greenlets}. */
  public Group(Iterable<? extends Greenlet<?>> greenlets) {
    this();
    for (Greenlet<?> greenlet : greenlets) {
      enter(greenlet);
    }
  }

  // ---- members -----------------------------------------------------------------------------

  /** Takes {@code greenlet} in. */
  public void add(Greenlet<?> greenlet) {
    enter(greenlet);
  }

  final void enter(Greenlet<?> greenlet) {
    greenlet.rawLink(leave);
    members.add(greenlet);
    empty.clear();
  }

  /** Lets {@code greenlet} go, which goes on. */
  public void discard(Greenlet<?> greenlet) {
    left(greenlet);
    greenlet.unlink(leave);
  }

  void left(Greenlet<?> greenlet) {
    members.remove(greenlet);
    dying.remove(greenlet);
    if (members.isEmpty()) {
      empty.set();
    }
  }

  /** {@link #add}, and then starts it. */
  public void start(Greenlet<?> greenlet) {
    add(greenlet);
    startMember(greenlet);
  }

  /** One that cannot start would be a member for ever. */
  final void startMember(Greenlet<?> greenlet) {
    try {
      greenlet.start();
    } catch (Throwable refused) {
      discard(greenlet);
      throw refused;
    }
  }

  /** A member that calls {@code function}. */
  public <T extends @Nullable Object> Greenlet<T> spawn(Callable<? extends T> function) {
    Greenlet<T> greenlet = new Greenlet<>(function);
    start(greenlet);
    return greenlet;
  }

  /** {@link #spawn(Callable)} for a function without a result. */
  @kotlin.internal.LowPriorityInOverloadResolution // Kotlin would drop the value of a lambda
  public Greenlet<@Nullable Void> spawn(ThrowingRunnable function) {
    return spawn(callable(function));
  }

  /** How many live members there are. */
  public int size() {
    return members.size();
  }

  /** Whether there is none; Python's truth value is the opposite. */
  public boolean isEmpty() {
    return members.isEmpty();
  }

  /** Whether {@code greenlet} is a member. */
  public boolean contains(Greenlet<?> greenlet) {
    return members.contains(greenlet);
  }

  /** The members now. */
  @Override
  public Iterator<Greenlet<?>> iterator() {
    return List.copyOf(members).iterator();
  }

  // ---- joining and killing -----------------------------------------------------------------

  /** Waits until it is empty, once. Errors of members are their own. */
  public void join() {
    empty.await();
  }

  /** {@link #join()}, at most {@code limit}; returns whether it was empty. */
  public boolean join(Duration limit) {
    return empty.await(limit);
  }

  /** {@link #join()} with options; {@code count} has no meaning here. */
  public boolean join(JoinOptions options) {
    List<Greenlet<?>> asked = List.copyOf(members);
    Duration limit = options.timeoutOrNull();
    boolean emptied = true;
    if (limit == null) {
      empty.await();
    } else {
      emptied = empty.await(limit);
    }
    if (options.raisesError()) {
      for (Greenlet<?> each : asked) {
        Throwable thrown = each.getException();
        if (thrown != null) {
          throw Sneaky.raise(thrown);
        }
      }
    }
    return emptied;
  }

  /** {@link #killAll(KillOptions)} with a {@code GreenletExit}, waiting without a limit. */
  public void killAll() {
    killAll(KillOptions.DEFAULT);
  }

  /**
   * Kills all members, also those that come while it waits; they can be replaced afterwards. That
   * its time is over is silent.
   */
  public void killAll(KillOptions options) {
    Duration limit = options.timeoutOrNull();
    if (limit == null) {
      killMembers(options);
    } else {
      Timeout.silent(limit, () -> killMembers(options));
    }
  }

  private void killMembers(KillOptions options) {
    while (!members.isEmpty()) {
      for (Greenlet<?> each : new ArrayList<>(members)) {
        if (dying.add(each)) {
          each.kill(KillOptions.DEFAULT.exception(options.failure()).nonBlocking());
        }
      }
      if (!options.isBlocking()) {
        return;
      }
      Gevent.joinAll(new ArrayList<>(members));
    }
  }

  /** {@link #killOne(Greenlet, KillOptions)} with a {@code GreenletExit}. */
  public void killOne(Greenlet<?> greenlet) {
    killOne(greenlet, KillOptions.DEFAULT);
  }

  /** Kills {@code greenlet} if it is a member that is not being killed already. */
  public void killOne(Greenlet<?> greenlet, KillOptions options) {
    if (!members.contains(greenlet) || !dying.add(greenlet)) {
      return;
    }
    greenlet.kill(KillOptions.DEFAULT.exception(options.failure()).nonBlocking());
    Duration limit = options.timeoutOrNull();
    if (options.isBlocking() && limit != null) {
      greenlet.join(limit);
    } else if (options.isBlocking()) {
      greenlet.join();
    }
  }

  // ---- room --------------------------------------------------------------------------------

  /** Whether a spawn would wait: never. */
  public boolean isFull() {
    return false;
  }

  /** How many can be spawned without waiting: at least one. */
  public int awaitAvailable() {
    return 1;
  }

  // ---- for Mapping -------------------------------------------------------------------------

  @Override
  final <R extends @Nullable Object> Outcome<R> start(Callable<? extends R> call) {
    Greenlet<R> greenlet = spawn(call);
    return new Outcome<>() {
      @Override
      public R get() {
        return greenlet.getOrNull();
      }

      @Override
      public void whenReady(Consumer<Outcome<R>> callback) {
        greenlet.rawLink(ended -> callback.accept(this));
      }

      @Override
      public @Nullable Throwable failure() {
        return greenlet.getException();
      }
    };
  }

  @Override
  final boolean appliesInline() {
    Task<?> here = Task.currentOrNull();
    return here != null && here.attachment() instanceof Greenlet<?> self && contains(self);
  }

  @Override
  final <R extends @Nullable Object> void callBack(Consumer<? super R> callback, R result) {
    Gevent.spawn(() -> callback.accept(result));
  }

  @Override
  public <R extends @Nullable Object> Greenlet<R> applyAsync(Callable<? extends R> call) {
    return isFull() ? super.<R>applyAsync(call) : spawn(call);
  }

  @Override
  public <R extends @Nullable Object> Greenlet<R> applyAsync(
      Callable<? extends R> call, Consumer<? super R> callback) {
    if (isFull()) {
      return super.<R>applyAsync(call, callback);
    }
    Greenlet<R> greenlet = spawn(call);
    greenlet.linkValue(
        ended -> {
          if (!ended.isKilled()) { // there is nothing of its type to hand over
            callback.accept(ended.result());
          }
        });
    return greenlet;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + " of " + size() + " greenlets";
  }
}
