package io.greenloop.greenlet;

import io.greenloop.EventLoop;
import io.greenloop.LoopFuture;
import io.greenloop.TaskContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine that switches to others by name (Python: {@code greenlet.greenlet}).
 *
 * <pre>{@code
 * var child = new Greenlet(args -> Greenlet.current().getParent().switchTo("ready"));
 * child.switchTo();      // "ready"
 * child.switchTo(42);    // 42: the body's result; child.isDead()
 * }</pre>
 *
 * <p>A switch hands a value to another greenlet and suspends the caller inside {@code switchTo},
 * which later returns what somebody sends there. Any greenlet of a host may switch to any other.
 *
 * <table>
 *   <caption>What a switch gives to the other side</caption>
 *   <tr><th>sent</th><th>arrives</th></tr>
 *   <tr><td>{@code switchTo()}</td><td>{@link Tuple#EMPTY}, never null</td></tr>
 *   <tr><td>{@code switchTo(x)}</td><td>x itself, also null or a Tuple</td></tr>
 *   <tr><td>{@code switchTo(x, y)}</td><td>a Tuple</td></tr>
 *   <tr><td>named values only</td><td>their Map</td></tr>
 *   <tr><td>both</td><td>the {@link SwitchArgs}</td></tr>
 *   <tr><td>anything, to a new greenlet</td><td>the arguments of its body, not packed</td></tr>
 *   <tr><td>the result of a body</td><td>itself, in the parent</td></tr>
 * </table>
 *
 * <p>A Java array is spread over the arguments; cast it to {@code Object} to send it as one.
 *
 * <p><b>Ends.</b> What a body returns or throws goes to the greenlet that is its parent then, the
 * same object; a dead parent passes it on, a new one starts with the value. An uncaught {@link
 * GreenletExit} is a value. Nothing can be lost: main, the host's own code, takes what is left.
 *
 * <p><b>Room:</b> one host: the platform thread, Task or callback current at construction.
 * Switching, or changing its parent or body, from elsewhere is a {@link GreenletError}; state may
 * be read from any thread. In a Task, code of its greenlets may wait and block, and only that Task
 * waits. Greenlets of a host share its thread: a lock held across a switch is held by all of them
 * (see {@link GreenLock}), and a monitor held across a switch hangs the host when another one
 * enters it. Both are reported with their frame: at each switch with {@code
 * -Dgreenloop.debug=true}, at one in many without.
 *
 * <p><b>Subclasses</b> that override switching override four methods: {@link #switchTo()}, {@link
 * #switchTo(Object)} and {@link #switchTo(SwitchArgs)} call none of the others, and {@link
 * #switchTo(Object...)}, which {@link #switchFor} calls, one of these. Throwing is {@link
 * #throwInto(Throwable)}, which the other two call. Ends call none of them.
 *
 * <p><b>Parity:</b> rows GL-1.1 to GL-1.13. A greenlet that nobody refers to any more is not closed
 * as in CPython, but reported: use {@link #close}.
 */
@SuppressWarnings("ReferenceEquality") // identity is meant
public non-sealed class Greenlet extends Life implements AutoCloseable {
  /** The code of a greenlet that takes positional values. */
  @FunctionalInterface
  public interface Body {
    /** Runs once, with the values of the first switch. */
    @Nullable Object run(@Nullable Object... args) throws Exception;
  }

  /** The code of a greenlet that takes positional and named values. */
  @FunctionalInterface
  public interface NamedBody {
    /** Runs once, with the values of the first switch. */
    @Nullable Object run(SwitchArgs args) throws Exception;
  }

  // ---- making ------------------------------------------------------------------------------

  /** A greenlet whose body is its class's {@link #run}, or comes by {@link #setRun}. */
  public Greenlet() {
    this((Greenlet) null);
  }

  /** As {@link #Greenlet()}, with a parent; null means the current greenlet. */
  public Greenlet(@Nullable Greenlet parent) {
    super(Tree.here());
    if (parent != null && parent.tree != tree) {
      throw Texts.foreignParent("new Greenlet", tree, parent);
    }
    this.parent = parent != null ? parent : tree.current;
  }

  /** A greenlet that runs {@code body} at its first switch; its parent is the current greenlet. */
  public Greenlet(Body body) {
    this(body, null);
  }

  /** A greenlet with a parent; null means the current greenlet. */
  public Greenlet(Body body, @Nullable Greenlet parent) {
    this(parent);
    this.body = Objects.requireNonNull(body, "body");
  }

  /** The main greenlet of a host. */
  Greenlet(Tree tree) {
    super(tree);
    state = ACTIVE;
  }

  /** A greenlet that runs {@code body}. */
  public static Greenlet of(Body body) {
    return new Greenlet(body);
  }

  /** A greenlet whose body takes named values too. */
  public static Greenlet ofNamed(NamedBody body) {
    var greenlet = new Greenlet();
    greenlet.body = Objects.requireNonNull(body, "body");
    return greenlet;
  }

  /** Those of the caller's host that have switched away and not ended, oldest first. */
  public static List<Greenlet> suspended() {
    return Tree.here().suspended();
  }

  /** The greenlet whose code calls this; a host's own code is its main greenlet. Never null. */
  public static Greenlet current() {
    return Tree.here().current;
  }

  // ---- the body ----------------------------------------------------------------------------

  /**
   * The body, for a subclass; a body given by constructor or {@link #setRun} wins over it.
   *
   * @param args what the first switch sent
   */
  protected @Nullable Object run(@Nullable Object... args) throws Exception {
    throw Texts.noRun("run", this);
  }

  /** As {@link #run(Object...)}, for a subclass that takes named values. */
  protected @Nullable Object run(SwitchArgs args) throws Exception {
    checkUnnamed(args);
    return run(args.positional().spread());
  }

  @Override
  final @Nullable Object runBody(SwitchArgs args) throws Exception {
    Object given = body;
    body = null;
    if (given == null) {
      return run(args);
    }
    if (given instanceof NamedBody named) {
      return named.run(args);
    }
    checkUnnamed(args);
    return ((Body) given).run(args.positional().spread());
  }

  private void checkUnnamed(SwitchArgs args) {
    if (!args.named().isEmpty()) {
      throw new IllegalArgumentException(
          "run of " + Texts.id(this) + " takes no named values: got " + args.named().keySet());
    }
  }

  /**
   * Gives it a body, in place of the present one.
   *
   * @throws GreenletError if it belongs to another host
   * @throws IllegalStateException once it has started or died
   */
  public void setRun(Body run) {
    Objects.requireNonNull(run, "run");
    checkNew("setRun");
    body = run;
  }

  /**
   * Takes the body away that {@link #setRun} or the constructor gave it.
   *
   * @throws GreenletError if it belongs to another host
   * @throws IllegalStateException if there is none, or once it has started or died
   */
  public void clearRun() {
    checkNew("clearRun");
    if (body == null) {
      throw new IllegalStateException("clearRun: " + Texts.id(this) + " was given no body");
    }
    body = null;
  }

  private void checkNew(String operation) {
    checkHere(operation);
    if (state != NEW) {
      throw new IllegalStateException(
          operation
              + ": "
              + Texts.id(this)
              + (state == DEAD ? " is dead" : " has started already"));
    }
  }

  // ---- switching ---------------------------------------------------------------------------

  /** Switches with no value: {@link Tuple#EMPTY} arrives. */
  public @Nullable Object switchTo() {
    return isReady() ? tree.send(this, Tuple.EMPTY) : switchSlowly(Tree.NOTHING);
  }

  /** Switches with one value, which arrives as it is. */
  public @Nullable Object switchTo(@Nullable Object value) {
    return isReady() ? tree.send(this, value) : switchSlowly(SwitchArgs.of(value));
  }

  /**
   * Switches to this greenlet; a dead one passes the values to its first living ancestor.
   *
   * @param values see the table above; a null array counts as one null
   * @return what is sent to the caller next, by whomever
   * @throws GreenletError if it belongs to another host
   * @throws IllegalStateException if it is new and has no body, or if a class initialiser or native
   *     frame pins the caller
   */
  public @Nullable Object switchTo(@Nullable Object... values) {
    if (values == null) { // switchTo(null) compiles to this
      return switchTo((Object) null);
    }
    return switchTo(new SwitchArgs(Tuple.of(values), Map.of()));
  }

  /** Switches with positional and named values. */
  public @Nullable Object switchTo(SwitchArgs args) {
    return isReady() ? tree.send(this, args.pack()) : switchSlowly(args);
  }

  /** Switches, and casts what comes back. */
  public <T> @Nullable T switchFor(Class<T> type, @Nullable Object... values) {
    return type.cast(switchTo(values));
  }

  /**
   * Calls a function that answers by a callback, and waits for the answer: {@code callSync(answer
   * -> api.start(args, answer))}. The callback may come on any thread, once. Waits as {@link
   * Hub#suspend} does.
   *
   * @throws IllegalStateException if the caller is not on a loop, or is a callback's own code
   */
  public static <T extends @Nullable Object> T callSync(Consumer<? super Consumer<T>> start) {
    return Hub.suspend(resumer -> start.accept((Consumer<T>) resumer::resume));
  }

  /**
   * Runs {@code action} where this greenlet may be switched to: soon, in a callback of the loop
   * whose callbacks are its host. Any thread; on no condition does it wait.
   *
   * @throws GreenletError if its host is a Task or a thread, which run only their own code; the
   *     message says what to use there
   */
  public void postTo(Runnable action) {
    EventLoop loop = tree.loop();
    if (loop == null) {
      throw Texts.foreignHost("postTo", this);
    }
    loop.callSoonThreadsafe(action);
  }

  private boolean isReady() {
    return state == ACTIVE && tree.isHere();
  }

  private @Nullable Object switchSlowly(SwitchArgs args) {
    checkTarget("switchTo");
    return tree.deliver(this, args, null);
  }

  /** Refuses, in the caller, what has no way to begin. */
  private void checkTarget(String operation) {
    checkHere(operation);
    Greenlet target = this;
    while (target.state == DEAD) {
      target = Objects.requireNonNull(target.parent);
    }
    if (target.state == NEW && !target.hasRun()) {
      throw Texts.noRun(operation, target);
    }
  }

  // ---- throwing ----------------------------------------------------------------------------

  /** Throws a fresh {@link GreenletExit} into it. */
  public @Nullable Object throwInto() {
    return throwInto(new GreenletExit());
  }

  /** Throws what {@code error} makes into it. */
  public @Nullable Object throwInto(Supplier<? extends Throwable> error) {
    return throwInto(error.get());
  }

  /**
   * Raises {@code error} at its pending switch, and switches there. A new one dies without running,
   * a dead one passes it on: both to the parent, where a GreenletExit arrives as a value.
   *
   * @return what is sent to the caller next, by whomever
   * @throws GreenletError if it belongs to another host
   */
  public @Nullable Object throwInto(Throwable error) {
    Objects.requireNonNull(error, "error");
    if (isReady()) {
      return tree.raise(this, error);
    }
    checkTarget("throwInto");
    return tree.deliver(this, Tree.NOTHING, error);
  }

  /**
   * Ends it: throws {@link GreenletExit} into it and comes back here; where several close it, it
   * comes back to the last of them. Nothing runs in a new one; a dead one is left alone. Calls no
   * {@link #throwInto}.
   *
   * @throws IllegalStateException if it catches the exit and switches out again
   */
  @Override
  public void close() {
    if (isDead()) {
      return;
    }
    checkHere("close");
    if (isMain() || this == tree.current) {
      throw new IllegalStateException("close: " + Texts.id(this) + " runs; it ends by itself");
    }
    if (state == NEW) {
      dieUnstarted(new GreenletExit());
      return;
    }
    Extras extras = extras();
    Extras.Closing closing = extras.enterClose(tree.current);
    try {
      tree.raise(this, new GreenletExit());
    } finally {
      extras.leaveClose(closing);
    }
    if (state != DEAD) {
      throw new IllegalStateException("close: " + Texts.id(this) + " ignored GreenletExit");
    }
  }

  // ---- parents -----------------------------------------------------------------------------

  /** Where its result goes when it ends; null for a main greenlet. */
  public @Nullable Greenlet getParent() {
    return parent;
  }

  /**
   * Changes where its result goes. Any time; what counts is the parent at its end.
   *
   * @param parent never null, though declared so: it makes {@code g.parent = p} of Kotlin, which
   *     wants the type of {@link #getParent}
   * @throws NullPointerException if {@code parent} is null
   * @throws GreenletError if it belongs to another host
   * @throws IllegalStateException for a main greenlet
   * @throws IllegalArgumentException if the chain of parents would be a cycle, or {@code parent}
   *     belongs to another host
   */
  public void setParent(@Nullable Greenlet parent) {
    checkHere("setParent");
    if (isMain()) {
      throw new IllegalStateException("setParent: the main greenlet of a host has no parent");
    }
    Objects.requireNonNull(parent, "parent");
    if (parent.tree != tree) {
      throw Texts.foreignParent("setParent", tree, parent);
    }
    for (Greenlet g = parent; g != null; g = g.parent) {
      if (g == this) {
        throw new IllegalArgumentException("cyclic parent chain");
      }
    }
    this.parent = parent;
  }

  // ---- state, for any thread ---------------------------------------------------------------

  /** Whether it has ended: returned, failed, was killed before its start, or its host has ended. */
  public boolean isDead() {
    return state == DEAD || (isStarted() && tree.isOver());
  }

  /** Whether it has started and not ended; Python's truth value of a greenlet. */
  public boolean isActive() {
    return state == ACTIVE && !tree.isOver();
  }

  /** Whether its body has begun to run. */
  public boolean isStarted() {
    return fiber != null || isMain();
  }

  /**
   * The frames of its own code while it is suspended, innermost first, without those of whoever
   * started it; empty if it is new, current or dead (Python: {@code gr_frame}). Any thread: where
   * that is not the host, the host waits for it if it runs.
   */
  public StackTraceElement[] getStackTrace() {
    if (!isActive() || this == tree.current) {
      return Frames.NONE;
    }
    return isMain() ? Frames.ofMain(tree.host.thread().getStackTrace()) : tree.stackOf(this);
  }

  // ---- context variables -------------------------------------------------------------------

  /**
   * Its context variables (Python: {@code gr_context}); null as long as it has set none. Those of a
   * main greenlet are its host's, for code of that host. Any thread, but for one that runs: its
   * host.
   *
   * @throws IllegalStateException if it runs on another thread, or is the main greenlet of another
   *     host
   */
  public @Nullable TaskContext getContext() {
    checkContextRoom("getContext");
    return isMain() ? TaskContext.ofHost() : ownContext();
  }

  /**
   * Changes its context variables, also while it runs; null gives it none. The context itself is
   * shared, not copied. A new greenlet has none: it does not inherit those of its creator, as a
   * task does. A main greenlet's are changed for the rest of the task or callback, or for the
   * thread.
   *
   * @throws IllegalStateException if it runs on another thread, or is the main greenlet of another
   *     host
   */
  public void setContext(@Nullable TaskContext context) {
    checkContextRoom("setContext");
    if (isMain()) {
      TaskContext.setOfHost(context == null ? new TaskContext() : context);
    } else {
      extras().context = context;
    }
  }

  /**
   * As {@link #setContext}, for a chain: {@code new
   * Greenlet(f).withContext(TaskContext.current().copy())} inherits.
   *
   * @return this
   */
  public Greenlet withContext(@Nullable TaskContext context) {
    setContext(context);
    return this;
  }

  private void checkContextRoom(String operation) {
    if (tree.isHere()) {
      return;
    }
    if (tree.current == this && !isDead()) {
      throw new IllegalStateException(
          operation
              + ": "
              + Texts.id(this)
              + " runs in "
              + tree.name()
              + "; its context is open to that alone, until it switches away");
    }
    if (isMain()) {
      throw new IllegalStateException(
          operation
              + ": "
              + Texts.id(this)
              + " is the main greenlet of "
              + tree.name()
              + "; its context is that of its host, and open to that alone");
    }
  }

  // ---- a future ----------------------------------------------------------------------------

  /**
   * A future with its end: what its body returns or throws, a {@link GreenletExit} as a value. Its
   * parent gets the same. To be asked for before the end, in a Task or callback, whose loop it
   * belongs to. It fails with a {@link GreenletError} when the host ends before, and when nobody
   * refers to the greenlet any more (in portable mode only if that has not started). For others
   * than its host: that has to run it, and must not wait.
   *
   * @throws IllegalStateException if it has ended, is a main greenlet, or the host is no loop's
   */
  public LoopFuture<@Nullable Object> toFuture() {
    checkHere("toFuture");
    if (isMain() || state == DEAD) {
      throw new IllegalStateException(
          "toFuture: "
              + Texts.id(this)
              + (isMain() ? " is a main greenlet, which does not end" : " has ended; ask before"));
    }
    return extras().future(this);
  }

  // ---- tracing -----------------------------------------------------------------------------

  /**
   * Sets what is told of each hop between greenlets of this host; null removes it.
   *
   * @return the previous one, to be called by the new one or restored; null if there was none
   */
  public static @Nullable TraceFunction setTrace(@Nullable TraceFunction trace) {
    Tree tree = Tree.here();
    TraceFunction before = tree.trace;
    tree.trace = trace;
    return before;
  }

  /** What {@link #setTrace} set on this host, or null. */
  public static @Nullable TraceFunction getTrace() {
    return Tree.here().trace;
  }

  // ---- for the tree ------------------------------------------------------------------------

  boolean hasRun() {
    return body != null || Overrides.run(getClass());
  }

  @SuppressWarnings("unchecked")
  static <E extends Throwable> RuntimeException sneak(Throwable error) throws E {
    throw (E) error;
  }

  private void checkHere(String operation) {
    if (!tree.isHere()) {
      throw Texts.foreignHost(operation, this);
    }
  }

  /** Its class, its host, and the words CPython uses for its state. */
  @Override
  public String toString() {
    return Texts.describe(this);
  }
}
