package io.greenloop.coroutine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a generator or coroutine: its state and the slots through which values pass.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><th>from</th><th>to</th><th>by</th></tr>
 *   <tr><td>unstarted</td><td>running</td><td>the first step</td></tr>
 *   <tr><td>running</td><td>suspended</td><td>a yield</td></tr>
 *   <tr><td>suspended</td><td>running</td><td>a step</td></tr>
 *   <tr><td>running</td><td>finished</td><td>a return, an error</td></tr>
 *   <tr><td>unstarted</td><td>finished</td><td>close, throwInto: the body never runs</td></tr>
 * </table>
 *
 * <p>Only the move to running is a race, between two threads that drive; it is a compare-and-set,
 * and orders everything the last driver did before what the next one does.
 */
abstract class Drive {
  static final int UNSTARTED = 0;
  static final int SUSPENDED = 1;
  static final int RUNNING = 2;
  static final int FINISHED = 3;

  /** What {@link #step} gives when this step ended the body. */
  static final Object END = new Object();

  /** What {@link #step} gives when the body had ended before. */
  static final Object OVER = new Object();

  private static final String[] WORDS = {"unstarted", "suspended", "running", "finished"};
  private static final VarHandle STATE = stateHandle();

  private final String kind;
  private final Object named;
  final @Nullable Throwable createdAt;
  private volatile int state;

  // Written by the side that hands over, taken by the other; never both at once.
  private @Nullable Object sent;
  private @Nullable Throwable thrown;
  private @Nullable Object yielded;

  private boolean ended;
  private @Nullable Object result;
  private @Nullable Throwable failure;

  /**
   * Makes an unstarted one.
   *
   * @param named its name, or a body whose class names it
   */
  Drive(String kind, Object named) {
    this.kind = kind;
    this.named = named;
    this.createdAt = Leak.creationSite();
  }

  private static VarHandle stateHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(Drive.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Runs until {@link #emit} and a suspension, or until {@link #end}. */
  abstract void advance();

  /** From now on any thread may drive it. */
  void share() {}

  /** The next step binds it anew to where it is made. */
  void release() {}

  /** Called once when an unstarted one is finished without running. */
  void dispose() {}

  /**
   * Goes on with {@code value}, or with {@code error} thrown at the suspended yield.
   *
   * @return what it yields next, or {@link #END}, or {@link #OVER}
   */
  final @Nullable Object step(@Nullable Object value, @Nullable Throwable error) {
    int now = state;
    if (now == FINISHED) {
      return OVER;
    }
    if (now == RUNNING || !STATE.compareAndSet(this, now, RUNNING)) {
      throw alreadyExecuting();
    }
    sent = value;
    thrown = error;
    Object next = END;
    try {
      advance();
      if (!ended) {
        next = yielded;
        yielded = null;
      }
    } finally {
      STATE.setRelease(this, ended ? FINISHED : SUSPENDED);
    }
    return next;
  }

  /** Finishes an unstarted one; false if it was started before. */
  final boolean finishUnstarted() {
    if (state != UNSTARTED || !STATE.compareAndSet(this, UNSTARTED, RUNNING)) {
      return false;
    }
    try {
      dispose();
    } finally {
      STATE.setRelease(this, FINISHED);
    }
    return true;
  }

  /** Leaves a value for the driver. */
  final void emit(@Nullable Object value) {
    yielded = value;
  }

  /** Takes back what {@link #emit} left, because the suspension was refused. */
  final void retract() {
    yielded = null;
  }

  /** Takes the error that is to be thrown at the yield, if any. */
  final @Nullable Throwable takeThrown() {
    Throwable error = thrown;
    thrown = null;
    return error;
  }

  /** Takes the sent value. */
  final @Nullable Object takeSent() {
    Object value = sent;
    sent = null;
    return value;
  }

  /** The body is over: with a value, or with what it threw. */
  final void end(@Nullable Object value, @Nullable Throwable error) {
    result = value;
    failure = error;
    ended = true;
  }

  final int state() {
    return state;
  }

  final @Nullable Object result() {
    return result;
  }

  final @Nullable Throwable failure() {
    return failure;
  }

  final String stateWord() {
    return WORDS[state];
  }

  final IllegalStateException alreadyExecuting() {
    return new IllegalStateException(this + " is already executing");
  }

  final String name() {
    return named instanceof String name ? name : nameOf(named.getClass());
  }

  /** The class a lambda stands in, or the class itself, without its package. */
  private static String nameOf(Class<?> type) {
    String name = type.getName();
    int lambda = name.indexOf("$$Lambda");
    int end = lambda < 0 ? name.length() : lambda;
    return name.substring(name.lastIndexOf('.', end) + 1, end);
  }

  /** Throws anything undeclared, as the same object. */
  @SuppressWarnings("unchecked")
  static <E extends Throwable> RuntimeException sneak(Throwable error) throws E {
    throw (E) Objects.requireNonNull(error);
  }

  @Override
  public String toString() {
    return kind + " '" + name() + "'";
  }
}
