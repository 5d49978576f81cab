package io.greenloop.gevent;

import io.greenloop.Handle;
import io.greenloop.Task;
import io.greenloop.WaitQueue;
import io.greenloop.eventlet.internal.Sneaky;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hands one value, or one failure, from the hub to one greenlet (Python: {@code
 * gevent.hub.Waiter}): what the waits of this package are made of. Use {@link Event}, {@link
 * AsyncResult} or {@link Queue} unless you write such a thing yourself.
 *
 * <p><b>Room:</b> {@link #get} in a greenlet, the rest in the hub.
 *
 * @param <T> the value
 */
public class Waiter<T extends @Nullable Object> {
  private enum State {
    EMPTY,
    VALUE,
    FAILED
  }

  private final Hub hub;
  private final WaitQueue<Boolean, @Nullable Void> parked; // handed: whether in time
  private State state = State.EMPTY;
  private @Nullable T value;
  private @Nullable Throwable failure;

  /** A waiter of the calling line's hub. */
  public Waiter() {
    this(Hub.of("Waiter"), "a switch of the hub");
  }

  /** A waiter for {@code what}, which reports name. */
  Waiter(Hub hub, String what) {
    this(hub, (Object) what);
  }

  /** A waiter for {@code what}, such as "an item of", {@code of} something. */
  Waiter(Hub hub, String what, Object of) {
    this(hub, new Subject(what, of));
  }

  private Waiter(Hub hub, Object subject) {
    this.hub = hub;
    parked = new WaitQueue<>(subject, (inTime, nothing) -> {});
  }

  /** Put into words only when somebody asks. */
  private record Subject(String what, Object of) {
    @Override
    public String toString() {
      return what + of;
    }
  }

  final Hub hub() {
    return hub;
  }

  // ---- the hub's side ----------------------------------------------------------------------

  /**
   * Resumes the greenlet in {@link #get} with {@code value}, at once; if nobody is there, keeps it
   * for the next one.
   *
   * @throws IllegalStateException outside of the hub while somebody waits
   */
  public void switchTo(T value) {
    checkHub("switchTo");
    this.value = value;
    state = State.VALUE;
    parked.runFirst(true);
  }

  /**
   * {@link #switchTo} with several values, which arrive as a list (Python: {@code switch_args}).
   */
  @SuppressWarnings("unchecked") // the caller has a Waiter<List<Object>>
  public void switchArgs(@Nullable Object... values) {
    switchTo((T) java.util.Collections.unmodifiableList(java.util.Arrays.asList(values)));
  }

  /** {@link #switchTo} with a failure, which {@link #get} throws. */
  public void throwInto(Throwable failure) {
    checkHub("throwInto");
    this.failure = failure;
    state = State.FAILED;
    parked.runFirst(true);
  }

  /** Takes over the outcome of {@code source}: makes this a target of {@link Greenlet#rawLink}. */
  public void accept(Greenlet<? extends T> source) {
    Throwable thrown = source.failure();
    if (thrown != null) {
      throwInto(thrown);
    } else {
      switchTo(source.result());
    }
  }

  private void checkHub(String operation) {
    if (!parked.isEmpty() && !hub.isHere()) {
      throw new IllegalStateException(
          operation + ": only the hub may resume the greenlet that waits in " + this);
    }
  }

  // ---- the greenlet's side -----------------------------------------------------------------

  /**
   * What was handed over; waits for it. It stays: the next call returns it, too.
   *
   * @throws ConcurrentObjectUseError if a greenlet waits here
   * @throws BlockingSwitchOutError in the hub
   */
  public T get() {
    park(null);
    return outcome();
  }

  /** {@link #get}, but false if {@code limit} is over before. */
  final boolean awaitWithin(@Nullable Duration limit) {
    return park(limit);
  }

  private boolean park(@Nullable Duration limit) {
    if (state != State.EMPTY) {
      return true;
    }
    if (!parked.isEmpty()) {
      throw new ConcurrentObjectUseError(
          "get: " + waitingInWords() + " waits in this waiter already; make one for each wait");
    }
    hub.checkMayWait("Waiter.get");
    Handle timer =
        limit == null ? null : hub.eventLoop().callLater(due(limit), () -> parked.runFirst(false));
    try {
      // On a plain thread the loop runs only now, and may have served this waiter before.
      return Hub.<Boolean>waiting(() -> state != State.EMPTY || parked.park("Waiter.get", null));
    } finally {
      if (timer != null) {
        timer.cancel();
      }
    }
  }

  final String waitingInWords() {
    return inWords(parked.firstTask());
  }

  /** The greenlet or task behind {@code other}. */
  static String inWords(@Nullable Task<?> other) {
    Object face = other == null ? null : other.attachment();
    return face instanceof Greenlet<?> greenlet
        ? greenlet.toString()
        : other == null ? "somebody" : "task '" + other.name() + "'";
  }

  /** A time that is over only when the loop comes to its timers: behind all that is ready. */
  static Duration due(Duration limit) {
    return limit.isZero() || limit.isNegative() ? Duration.ofNanos(1) : limit;
  }

  @SuppressWarnings("NullAway") // null where T allows it
  private T outcome() {
    if (failure != null) {
      throw Sneaky.raise(failure);
    }
    return value;
  }

  /** Whether it holds something. */
  public boolean isReady() {
    return state != State.EMPTY;
  }

  /** Whether it holds a value. */
  public boolean isSuccessful() {
    return state == State.VALUE;
  }

  /** Forgets what it holds. */
  public void clear() {
    state = State.EMPTY;
    value = null;
    failure = null;
  }

  @Override
  public String toString() {
    return "waiter for " + parked;
  }
}
