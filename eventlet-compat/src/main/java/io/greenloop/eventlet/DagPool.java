package io.greenloop.eventlet;

import io.greenloop.Task;
import io.greenloop.greenlet.GreenletExit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Green threads that depend on each other's results: each has a key, and gets the results of the
 * keys that it names as they come (Python: {@code eventlet.dagpool.DAGPool}).
 *
 * <p>What a green thread throws reaches who depends on it, and who waits, as a {@link
 * PropagateException}. Differs from eventlet: {@link #kill} of one that runs gives its key such a
 * failure, where eventlet's waiters hang.
 *
 * <p><b>Room:</b> loop; what may wait needs a task, or a plain thread.
 *
 * @param <K> the keys
 * @param <V> the results, never null
 */
public final class DagPool<K, V> {
  private final Map<K, Outcome<V>> outcomes = new LinkedHashMap<>();
  private final Map<K, Worker<K>> workers = new LinkedHashMap<>();
  private final Set<Arrivals> watchers = new LinkedHashSet<>();

  /** What a green thread of a {@link DagPool} does. */
  @FunctionalInterface
  public interface DagFunction<K, V> {
    /**
     * Makes the result of {@code key}.
     *
     * @param results of the keys that it depends on, as they come; its {@code next} waits
     */
    V make(K key, Iterator<Map.Entry<K, V>> results) throws Exception;
  }

  private record Outcome<V>(@Nullable V value, @Nullable PropagateException failure) {}

  private static final class Worker<K> {
    final Set<K> unmet;
    @Nullable GreenThread<?> thread;
    boolean killed;

    Worker(Set<K> unmet) {
      this.unmet = unmet;
    }
  }

  /** Without results at first. */
  public DagPool() {
    this(Map.of());
  }

  /** With some results at first. */
  public DagPool(Map<? extends K, ? extends V> preload) {
    preload.forEach((key, value) -> outcomes.put(key, new Outcome<>(value, null)));
  }

  // ---- working -----------------------------------------------------------------------------

  /**
   * A green thread that makes the result of {@code key}. It starts at once, and waits where it asks
   * for results that are not there; the keys that it depends on need not exist yet.
   *
   * @throws CollisionException if the key has a result or a green thread
   */
  public void spawn(K key, Collection<? extends K> depends, DagFunction<K, V> function) {
    checkFree("spawn", key, false);
    Set<K> unmet = new LinkedHashSet<>(depends);
    unmet.removeAll(outcomes.keySet());
    var worker = new Worker<K>(unmet);
    workers.put(key, worker);
    var results = new Arrivals(new LinkedHashSet<>(depends), Kind.ALL, worker);
    GreenThread<V> thread = Eventlet.spawn(() -> function.make(key, results));
    worker.thread = thread;
    thread.link(ended -> ended(key, worker, ended, results));
  }

  /** {@link #spawn} for each key of {@code depends}, with what it depends on. */
  public void spawnMany(
      Map<? extends K, ? extends Collection<? extends K>> depends, DagFunction<K, V> function) {
    depends.forEach((key, of) -> spawn(key, of, function));
  }

  private void ended(K key, Worker<K> worker, GreenThread<V> thread, Arrivals results) {
    watchers.remove(results);
    if (workers.get(key) == worker) {
      workers.remove(key);
    }
    if (worker.killed && !thread.hasBegun()) {
      return; // before its start: the key is free
    }
    if (outcomes.containsKey(key)) {
      return; // it posted a result itself
    }
    try {
      settle(key, new Outcome<>(thread.await(), null));
    } catch (Throwable thrown) {
      settle(key, new Outcome<>(null, new PropagateException(key, thrown)));
    }
  }

  /**
   * Gives {@code key} a result from outside; a green thread may give its own key one, and what it
   * returns is dropped then.
   *
   * @throws CollisionException if it has one, or a green thread of it runs
   */
  public void post(K key, V value) {
    post(key, value, false);
  }

  /**
   * {@link #post(Object, Object)}.
   *
   * @param replace whether a result that is there is replaced
   */
  public void post(K key, V value, boolean replace) {
    Worker<K> worker = workers.get(key);
    GreenThread<?> thread = worker == null ? null : worker.thread;
    boolean own = thread != null && thread.task().map(t -> t == Task.currentOrNull()).orElse(false);
    if (own) {
      workers.remove(key);
    }
    checkFree("post", key, replace);
    settle(key, new Outcome<>(value, null));
  }

  private void checkFree(String operation, K key, boolean replace) {
    if (workers.containsKey(key)) {
      throw new CollisionException(operation + ": a green thread of key " + key + " runs");
    }
    if (outcomes.containsKey(key) && !replace) {
      throw new CollisionException(operation + ": key " + key + " has a result");
    }
  }

  private void settle(K key, Outcome<V> outcome) {
    outcomes.put(key, outcome);
    workers.values().forEach(worker -> worker.unmet.remove(key));
    List.copyOf(watchers).forEach(watcher -> watcher.arrived(key));
  }

  /**
   * Kills the green thread of {@code key}. If it has not started, the key is free again; otherwise
   * its waiters get a {@link PropagateException} of a {@link GreenletExit}.
   *
   * @throws NoSuchElementException if no green thread of that key runs
   */
  public void kill(K key) {
    Worker<K> worker = workers.get(key);
    if (worker == null || worker.thread == null) {
      throw new NoSuchElementException("kill: no green thread of key " + key + " runs");
    }
    worker.killed = true;
    worker.thread.kill();
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** The result of {@code key}; waits for it (Python: {@code pool[key]}). */
  public V await(K key) {
    return awaitEach(List.of(key)).next().getValue();
  }

  /** The results of {@code keys}; waits for all of them, and throws the first failure. */
  public Map<K, V> await(Collection<? extends K> keys) {
    Map<K, V> results = new LinkedHashMap<>();
    awaitEach(keys).forEachRemaining(each -> results.put(each.getKey(), each.getValue()));
    return results;
  }

  /** {@link #await(Collection)} of all keys that there are now (Python: {@code waitall}). */
  public Map<K, V> awaitAll() {
    return await(known());
  }

  /** The results of {@code keys} as they come; a failure is thrown at its place. */
  public Iterator<Map.Entry<K, V>> awaitEach(Collection<? extends K> keys) {
    return new Arrivals(new LinkedHashSet<>(keys), Kind.ALL, null);
  }

  /** {@link #awaitEach(Collection)} of all keys that there are now. */
  public Iterator<Map.Entry<K, V>> awaitEach() {
    return awaitEach(known());
  }

  /** {@link #awaitEach(Collection)}, without those that fail. */
  public Iterator<Map.Entry<K, V>> awaitEachSuccess(Collection<? extends K> keys) {
    return new Arrivals(new LinkedHashSet<>(keys), Kind.SUCCESSES, null);
  }

  /** The failures of {@code keys} as they come, without the results. */
  public Iterator<Map.Entry<K, PropagateException>> awaitEachException(
      Collection<? extends K> keys) {
    var all = new Arrivals(new LinkedHashSet<>(keys), Kind.FAILURES, null);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Map.Entry<K, PropagateException> next() {
        K key = all.nextKey();
        PropagateException failure = outcome(key).failure();
        return Map.entry(key, failure == null ? new PropagateException(key, new Error()) : failure);
      }
    };
  }

  private Set<K> known() {
    Set<K> keys = new LinkedHashSet<>(outcomes.keySet());
    keys.addAll(workers.keySet());
    return keys;
  }

  private Outcome<V> outcome(K key) {
    Outcome<V> outcome = outcomes.get(key);
    if (outcome == null) {
      throw new NoSuchElementException("key " + key + " has no result");
    }
    return outcome;
  }

  private enum Kind {
    ALL,
    SUCCESSES,
    FAILURES
  }

  /** Outcomes as they come: those that are there first. */
  private final class Arrivals implements Iterator<Map.Entry<K, V>> {
    private final Set<K> open;
    private final Kind kind;
    private final @Nullable Worker<K> worker;
    private final LightQueue<List<K>> arrived = new LightQueue<>();
    private @Nullable List<K> fetched; // of one key: a key may be anything

    Arrivals(Set<K> open, Kind kind, @Nullable Worker<K> worker) {
      this.open = open;
      this.kind = kind;
      this.worker = worker;
      for (K key : List.copyOf(open)) {
        if (outcomes.containsKey(key)) {
          arrived(key);
        }
      }
      if (!this.open.isEmpty()) {
        watchers.add(this);
      }
    }

    void arrived(K key) {
      if (open.remove(key)) {
        arrived.put(List.of(key));
        if (open.isEmpty()) {
          watchers.remove(this);
        }
      }
    }

    @Override
    public boolean hasNext() {
      while (fetched == null && !(open.isEmpty() && arrived.isEmpty())) {
        List<K> next = arrived.get();
        boolean failed = outcome(next.getFirst()).failure() != null;
        if (kind == Kind.ALL || failed == (kind == Kind.FAILURES)) {
          fetched = next;
        }
      }
      return fetched != null;
    }

    K nextKey() {
      if (!hasNext() || fetched == null) {
        throw new NoSuchElementException("next: all keys have been given");
      }
      K key = fetched.getFirst();
      fetched = null;
      if (worker != null) {
        worker.unmet.remove(key);
      }
      return key;
    }

    @Override
    public Map.Entry<K, V> next() {
      K key = nextKey();
      Outcome<V> outcome = outcome(key);
      V value = outcome.value();
      if (outcome.failure() != null || value == null) {
        throw outcome.failure() != null
            ? outcome.failure()
            : new PropagateException(key, new NullPointerException("no result"));
      }
      return Map.entry(key, value);
    }
  }

  // ---- looking -----------------------------------------------------------------------------

  /** The result of {@code key} if it is there; a failure is thrown (Python: {@code get}). */
  public Optional<V> getNow(K key) {
    Outcome<V> outcome = outcomes.get(key);
    if (outcome != null && outcome.failure() != null) {
      throw outcome.failure();
    }
    return outcome == null ? Optional.empty() : Optional.ofNullable(outcome.value());
  }

  /** The keys that have a result or a failure. */
  public Set<K> keys() {
    return new LinkedHashSet<>(outcomes.keySet());
  }

  /** The results that are there. */
  public List<Map.Entry<K, V>> items() {
    List<Map.Entry<K, V>> items = new ArrayList<>();
    for (K key : outcomes.keySet()) {
      getNow(key).ifPresent(value -> items.add(Map.entry(key, value)));
    }
    return items;
  }

  /** How many green threads run. */
  public int running() {
    return workers.size();
  }

  /** The keys whose green threads run. */
  public Set<K> runningKeys() {
    return new LinkedHashSet<>(workers.keySet());
  }

  /** How many green threads depend on a key that has no result yet. */
  public int waiting() {
    return (int) workers.values().stream().filter(worker -> !worker.unmet.isEmpty()).count();
  }

  /** The keys without result that {@code key}'s green thread depends on. */
  public Set<K> waitingFor(K key) {
    Worker<K> worker = workers.get(key);
    if (worker == null && !outcomes.containsKey(key)) {
      throw new NoSuchElementException("waitingFor: unknown key " + key);
    }
    return worker == null ? Set.of() : new HashSet<>(worker.unmet);
  }

  /** {@link #waitingFor(Object)} of all that wait for something. */
  public Map<K, Set<K>> waitingFor() {
    Map<K, Set<K>> all = new LinkedHashMap<>();
    workers.forEach(
        (key, worker) -> {
          if (!worker.unmet.isEmpty()) {
            all.put(key, new HashSet<>(worker.unmet));
          }
        });
    return all;
  }

  @Override
  public String toString() {
    return "dag@"
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + outcomes.size()
        + " results, "
        + running()
        + " run)";
  }
}
