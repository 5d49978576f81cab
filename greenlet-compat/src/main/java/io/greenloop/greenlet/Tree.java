package io.greenloop.greenlet;

import io.greenloop.EventLoop;
import io.greenloop.Task;
import io.greenloop.TaskContext;
import io.greenloop.internal.fiber.Fiber;
import io.greenloop.internal.fiber.Host;
import io.greenloop.internal.fiber.Residents;
import io.greenloop.internal.jfr.Recording;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The greenlets of one host, and the switch between them.
 *
 * <p>The main greenlet is the host's own code. While another one runs, main stands in {@link
 * #runOthers}: a switch from A to B suspends A, which returns there, and resumes B. So switches are
 * symmetric, and no stack grows.
 */
@SuppressWarnings("ReferenceEquality") // identity is meant
final class Tree implements Residents {
  static final SwitchArgs NOTHING = SwitchArgs.of();

  final Host host;
  final Greenlet main;

  /** Who runs; set by the one that leaves. */
  Greenlet current;

  @Nullable TraceFunction trace;

  /** Whose stack is in use, also while it is on its way out; see stackOf. */
  private @Nullable Greenlet mounted;

  private final AtomicInteger readers = new AtomicInteger();

  // What is on its way to the current one, which takes it when it arrives.
  private @Nullable Object value;
  private @Nullable Throwable error;
  private @Nullable Greenlet origin;

  private final Suspended suspended;
  private EndFuture.@Nullable Open openFutures;

  /** Switches until {@link Safety} looks at what the one that leaves holds. */
  private int unchecked = Safety.firstLook();

  private Tree(Host host) {
    this.host = host;
    suspended = new Suspended(host.thread());
    main = new Greenlet(this);
    current = main;
  }

  /** The tree of the calling code's host. */
  static Tree here() {
    Host host = Host.current();
    if (host.attachment() instanceof Tree tree) {
      return tree;
    }
    Tree tree = new Tree(host);
    host.attach(tree);
    return tree;
  }

  /** The task that is its host, the loop whose callbacks are, or null. */
  @Nullable Object owner() {
    return host.owner();
  }

  boolean isHere() {
    return host.isCurrent();
  }

  /** Whether the host's thread has ended, and its greenlets with it. */
  boolean isOver() {
    return !host.thread().isAlive() && host.thread().getState() == Thread.State.TERMINATED;
  }

  /** How code of another host gets something to this one, in words. */
  String wayIn() {
    Object owner = host.owner();
    if (owner == null) {
      return "hand the value over in a BlockingQueue that its thread takes from";
    }
    return owner instanceof Task<?>
        ? "hand the value over in a Promise or Queue that its task waits for"
        : "post the switch to its loop: postTo(() -> greenlet.switchTo(…))";
  }

  /** The loop whose callbacks are the host, or null. */
  @Nullable EventLoop loop() {
    return host.owner() instanceof EventLoop loop ? loop : null;
  }

  /** The host in words. */
  String name() {
    Object owner = host.owner();
    if (owner instanceof Task<?> task) {
      return "task '" + task.name() + "'";
    }
    if (owner != null) {
      return "the callbacks of " + owner;
    }
    Thread thread = host.thread();
    String name = thread.getName();
    return name.isEmpty() ? "virtual thread " + thread.threadId() : "thread '" + name + "'";
  }

  // ---- switching: the current greenlet calls -----------------------------------------------

  /** Hands {@code packed} to {@code target}, which is active; it may be the caller itself. */
  @Nullable Object send(Greenlet target, @Nullable Object packed) {
    Greenlet me = current;
    if (target != me && --unchecked <= 0) {
      return lookAndGo(me, target, packed, null, null);
    }
    noteOrigin(me);
    value = packed;
    return go(me, target);
  }

  /** Raises {@code failure} in {@code target}, which is active; it may be the caller itself. */
  @Nullable Object raise(Greenlet target, Throwable failure) {
    Greenlet me = current;
    if (target != me && --unchecked <= 0) {
      return lookAndGo(me, target, null, failure, NOTHING);
    }
    noteOrigin(me);
    error = failure;
    return go(me, target);
  }

  /** Hands {@code args}, or {@code failure}, to {@code first}, whatever its state; see land. */
  @Nullable Object deliver(Greenlet first, SwitchArgs args, @Nullable Throwable failure) {
    Greenlet me = current;
    Object packed = failure == null ? args.pack() : null;
    if (--unchecked <= 0 && !comesBack(me, first, failure)) {
      return lookAndGo(me, first, packed, failure, args);
    }
    return go(me, land(me, first, packed, failure, args));
  }

  /**
   * Before anything is under way, because log handlers are the user's code: they may ask who runs,
   * switch, throw, and end {@code first}.
   */
  private @Nullable Object lookAndGo(
      Greenlet me,
      Greenlet first,
      @Nullable Object packed,
      @Nullable Throwable failure,
      @Nullable SwitchArgs args) {
    unchecked = Safety.check(me);
    return go(me, land(me, first, packed, failure, args));
  }

  /** Whether the dead, and the new ones that a failure kills, pass it on to {@code me}. */
  private boolean comesBack(Greenlet me, Greenlet first, @Nullable Throwable failure) {
    boolean kills = failure != null && !isWatched();
    Greenlet taker = first;
    while (taker.isDead() || (kills && taker.isNew())) {
      taker = Objects.requireNonNull(taker.getParent());
    }
    return taker == me;
  }

  private @Nullable Object go(Greenlet me, Greenlet target) {
    current = target;
    try {
      if (me == main) {
        runOthers();
      } else if (target != me) {
        leave(me);
      }
    } catch (Throwable refused) { // pinned, or no room on a stack: it did not happen
      Greenlet unreached = current;
      current = mounted == null ? main : mounted;
      value = null;
      error = null;
      unreached.unbegin();
      throw refused;
    }
    return arrive();
  }

  private void runOthers() {
    try {
      for (Greenlet next = current; next != main; next = current) {
        mounted = next;
        while (readers.get() != 0) {
          Thread.onSpinWait(); // for the time of a few stack traces
        }
        next.fiber().resume();
      }
    } finally {
      mounted = null;
    }
  }

  /**
   * The frames of {@code g}, which is suspended. Any thread: a stack that goes on while it is read
   * takes the JVM with it, so the host waits as long as somebody reads. One of its own loop is not
   * waited for: it would need the loop to go on.
   */
  StackTraceElement[] stackOf(Greenlet g) {
    if (isHere() || host.sharesLoop()) {
      return mounted == g ? Frames.NONE : framesOf(g);
    }
    readers.incrementAndGet();
    try {
      // It stops the host for a moment, who after that sees us, as we see what it did before: the
      // switch itself pays no fence.
      host.thread().getStackTrace();
      return mounted == g ? Frames.NONE : framesOf(g);
    } finally {
      readers.decrementAndGet();
    }
  }

  private static StackTraceElement[] framesOf(Greenlet g) {
    Fiber present = g.fiber; // it may be taken from it meanwhile
    return present == null ? Frames.NONE : Frames.ofFiber(present.stackTrace());
  }

  /** What lives across the suspension is kept for each greenlet: the less, the better. */
  private void leave(Greenlet me) {
    if (!me.isListed()) {
      me.setListed(suspended.add(me));
    }
    me.fiber().suspend();
  }

  /** What was sent to the current greenlet; throws what it was thrown, or its tracer throws. */
  @Nullable Object arrive() {
    Object arrived = value;
    Throwable failure = error;
    value = null;
    if (failure != null || isWatched()) {
      error = null;
      failure = traced(failure, current);
      if (failure != null) {
        throw Greenlet.sneak(failure);
      }
    }
    return arrived;
  }

  // ---- ends --------------------------------------------------------------------------------

  /**
   * A greenlet has ended: what it leaves goes to its parent, which runs next. An error on the way
   * there, as if no memory is left for the parent's stack, is main's.
   */
  void finish(
      Greenlet dead,
      @Nullable Object result,
      @Nullable Throwable failure,
      @Nullable SwitchArgs args) {
    try {
      dead.unlist();
      current = land(dead, dead.heir(), result, failure, args);
    } catch (Throwable stuck) {
      current = main;
      value = null;
      error = stuck;
    }
  }

  /**
   * Finds who takes an outcome, from {@code first} upwards, and leaves it there: a dead one passes
   * it on, a new one starts with it, but dies of an error; a new one without a body turns it into
   * an error. Main takes everything.
   *
   * @param args what a new one starts with; null for the result alone
   */
  private Greenlet land(
      Greenlet from,
      @Nullable Greenlet first,
      @Nullable Object result,
      @Nullable Throwable failure,
      @Nullable SwitchArgs args) {
    noteOrigin(from);
    for (Greenlet g = first; g != null; g = g.getParent()) {
      if (g.isSuspendedOrCurrent()) {
        value = result;
        error = failure;
        return g;
      }
      if (g.isNew()) {
        if (!g.hasRun()) {
          failure = Texts.noRun("switch", g);
          continue;
        }
        if (failure == null || isWatched()) { // a tracer may switch on the way to its death
          value = args != null ? args : SwitchArgs.of(result);
          error = failure;
          g.begin();
          return g;
        }
        g.dieUnstarted(failure);
      }
      if (failure instanceof GreenletExit) {
        result = failure;
        failure = null;
        args = NOTHING;
      }
    }
    throw new AssertionError("no living ancestor above " + from + " in " + name());
  }

  List<Greenlet> suspended() {
    return suspended.all().stream().filter(g -> g != current && g.isActive()).toList();
  }

  EndFuture.Open openFutures() {
    EndFuture.Open present = openFutures;
    if (present == null) {
      present = new EndFuture.Open();
      openFutures = present;
    }
    return present;
  }

  @Override
  public void hostEnded() {
    if (openFutures != null) {
      openFutures.hostEnded(name());
    }
  }

  // ---- context variables -------------------------------------------------------------------

  @Override
  public boolean hasOwnContext() {
    return current != main;
  }

  @Override
  public @Nullable Object context() {
    return current.ownContext();
  }

  @Override
  public void setContext(Object context) {
    current.setContext((TaskContext) context);
  }

  // ---- reports -----------------------------------------------------------------------------

  @Override
  public @Nullable String running() {
    Greenlet now = current;
    return now == main ? null : Texts.inWords(now);
  }

  @Override
  public List<Resident> suspended(boolean withStacks) {
    return suspended().stream()
        .map(
            g ->
                new Resident(
                    Texts.inWords(g), List.of(withStacks ? g.getStackTrace() : Frames.NONE)))
        .toList();
  }

  // ---- tracing -----------------------------------------------------------------------------

  /** Only for the tracer: the slot would keep a dead greenlet from being collected. */
  private void noteOrigin(Greenlet from) {
    if (isWatched()) {
      origin = from;
    }
  }

  private boolean isWatched() {
    return trace != null || Recording.isOn();
  }

  /** Tells the tracer; gives the failure to go on with, the tracer's own if it has one. */
  private @Nullable Throwable traced(@Nullable Throwable failure, Greenlet me) {
    Greenlet from = origin;
    origin = null;
    if (from != null && Recording.isOn() && Recording.recordsSwitches()) {
      Recording.greenletSwitched(name(), Texts.id(from), Texts.id(me), failure);
    }
    TraceFunction tracer = trace;
    if (tracer == null || from == null) { // null: it was set in between
      return failure;
    }
    try {
      tracer.trace(failure == null ? TraceEvent.SWITCH : TraceEvent.THROW, from, me);
      return failure;
    } catch (Throwable broken) {
      trace = null;
      return broken;
    }
  }
}
