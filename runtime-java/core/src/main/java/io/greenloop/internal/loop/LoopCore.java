package io.greenloop.internal.loop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.reactor.LoopClock;
import io.greenloop.reactor.Network;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One loop: the turn, and everything that decides what runs next.
 *
 * <p>The turn (T1 to T4) is run by two parties in turns: by the {@link Hub} while the next entries
 * are callbacks, by the carrier when the next entry is a strand, when I/O must be polled, or when
 * there is nothing to do. {@link #left} says how much of the turn remains, whoever runs it.
 */
public final class LoopCore {
  private static final long FOREVER = Long.MAX_VALUE;

  /** How many turns the hub may take before I/O is polled again. */
  private static final int TURNS_PER_POLL = 64;

  private static final int TURNS_PER_CLOCK = 4;

  private final String name;
  private final Object face;
  private final LoopClock clock;
  private final LoopHooks hooks;
  private final @Nullable RandomGenerator schedule;
  private final Carrier carrier = new Carrier(this);
  private final Network network;
  private final Poller poller;
  private final Inbox inbox = new Inbox();
  private final Sleeper sleeper;
  private final Outside outside;
  private final Set<OutsideWork> outsideWork = new HashSet<>();
  private final OpenCloseables openCloseables = new OpenCloseables();
  private final ReadyQueue ready = new ReadyQueue();
  private final Timers timers = new Timers();
  private final DirectSwitches direct = new DirectSwitches(this);

  /** The baton of portable mode, when it lies with the carrier. */
  final Semaphore carrierGo = new Semaphore(0);

  private @Nullable Hub hub;
  private @Nullable Strand mounted;
  private boolean inEntry; // the hub runs the first entry of the ready queue at this moment
  private int left; // entries of this turn that have not run yet
  private int turnsSincePoll;
  private long turns;
  private boolean stopping;
  private boolean stopsWhenIdle;
  private volatile long slowNanos = Long.MAX_VALUE;
  private volatile boolean timed; // whether entries are timed at all
  private volatile boolean countsTime;
  private boolean idleReported;
  private final Runnable idleCheck;
  private @Nullable Strand startingNow;
  private @Nullable Throwable fatal;
  private long steps;

  private volatile boolean closed;

  /**
   * @param face what the layer above knows this loop by
   * @param schedule picks the next task step among the ready ones; null for first in, first out
   * @param spinNanos how long the carrier looks for something to do before it sleeps
   */
  public LoopCore(
      String name,
      Object face,
      LoopClock clock,
      Network network,
      LoopHooks hooks,
      @Nullable RandomGenerator schedule,
      long spinNanos) {
    this.name = name;
    this.face = face;
    this.clock = clock;
    this.network = network;
    poller = new Poller(this, network);
    sleeper = new Sleeper(inbox, poller, spinNanos);
    outside = new Outside(poller);
    this.hooks = hooks;
    this.schedule = schedule;
    idleCheck =
        () -> {
          idleReported = true; // until the next step, which may be taken in here
          hooks.nothingCanWakeUs();
        };
    OpenLoops.opened(this);
  }

  // ---- any thread --------------------------------------------------------------------------

  /** Reports entries that run for longer; {@code Long.MAX_VALUE} for none. */
  public void reportSlower(long nanos) {
    slowNanos = nanos;
    timed = countsTime || nanos != Long.MAX_VALUE;
  }

  /** Whether the hooks are told how long each entry ran. */
  public void countTime(boolean count) {
    countsTime = count;
    timed = count || slowNanos != Long.MAX_VALUE;
  }

  /** The name given at creation. */
  public String name() {
    return name;
  }

  /** What the layer above knows this loop by. */
  public Object face() {
    return face;
  }

  /** Whether a run is under way. */
  public boolean isRunning() {
    return carrier.isRunning();
  }

  /** Whether {@link #close} has been called. */
  public boolean isClosed() {
    return closed;
  }

  /** Whether it runs on real time and in order: a stray entry then changes nothing. */
  public boolean isRealTime() {
    return schedule == null && !clock.isVirtual();
  }

  /** Whether its time is not the world's. */
  public boolean isVirtualTime() {
    return clock.isVirtual();
  }

  /** Now, on this loop's clock. */
  public long nanos() {
    return clock.nanos();
  }

  /** Whether the caller runs on this loop: in one of its strands, or on its carrier. */
  public boolean isOnLoop() {
    return LoopThread.currentLoop() == this;
  }

  /**
   * Queues an entry from any thread and wakes the loop if it sleeps. Entries of one thread keep
   * their order. After {@link #close} the entry is dropped.
   */
  public void post(Object action, @Nullable Object owner) {
    inbox.push(action, owner);
    if (closed) {
      discardInbox();
    } else {
      sleeper.wake(carrier);
    }
  }

  /** Has the carrier look for something to do, if it sleeps. */
  void wake() {
    sleeper.wake(carrier);
  }

  /** A counter that grows with every step; standing still while awake means a stall. */
  public long steps() {
    return steps;
  }

  /** Whether the carrier waits for something to do. */
  public boolean isAsleep() {
    return sleeper.isAsleep() || !carrier.isRunning();
  }

  /** The carrier, once it exists. */
  public @Nullable Thread carrier() {
    return carrier.thread();
  }

  /** What runs now, seen from outside: may be out of date at once. */
  public @Nullable Strand mountedStrand() {
    return mounted;
  }

  /** Called when the JDK, or the strand itself, says that it may go on. */
  void runnable(Strand strand) {
    if (strand == startingNow) {
      return;
    }
    if (closed) {
      strand.handOver();
    } else if (isOnLoop() || (!carrier.isRunning() && !strand.foreign)) {
      becomeReady(strand);
    } else {
      post(strand, strand.owner);
    }
  }

  // ---- loop and setup ----------------------------------------------------------------------

  /** Queues an entry behind all others. */
  public void ready(Object action, @Nullable Object owner) {
    ready.add(action, owner);
  }

  /** Takes back the newest entry, which is {@code action}. */
  void unready(Object action) {
    ready.removeLast(action);
  }

  /** Sets {@code timer}; zero and past due times take effect in the next turn. */
  public void schedule(TimerNode timer, long dueNanos) {
    timers.add(timer, dueNanos);
  }

  /** Takes {@code timer} back; no-op when it is not pending. */
  public void unschedule(TimerNode timer) {
    if (timer.isPending()) {
      timers.remove(timer);
    }
  }

  /** {@code timer} keeps no run alive; no-op when it is not pending. */
  public void weaken(TimerNode timer) {
    if (timer.isPending()) {
      timers.weaken(timer);
    }
  }

  /** The owner of what runs now, or null in a plain callback. */
  public @Nullable Object currentOwner() {
    Strand strand = mounted;
    if (strand == null) {
      return null;
    }
    return isInHubEntry(strand) ? ready.peekOwner() : strand.owner;
  }

  /** The entry that the hub runs now, or null: a strand runs, or nothing does. */
  public @Nullable Object currentAction() {
    Strand strand = mounted;
    return strand != null && isInHubEntry(strand) ? ready.peekAction() : null;
  }

  /** {@link #currentOwner} from any thread: out of date at once, null if it cannot be told. */
  public @Nullable Object ownerSeenFromOutside() {
    try {
      return currentOwner();
    } catch (RuntimeException e) { // read while the loop went on
      return null;
    }
  }

  /** Whether {@link #currentStrand} serves callbacks, not one task's own code. */
  public boolean isInHub() {
    Strand strand = mounted;
    return strand != null && strand.servesCallbacks;
  }

  /** Whether {@code strand} is the hub and runs an entry, which is still first in the queue. */
  private boolean isInHubEntry(Strand strand) {
    return inEntry && hub != null && hub.strand == strand;
  }

  /** What is mounted now, or null on the carrier and during setup. */
  public @Nullable Strand currentStrand() {
    return mounted;
  }

  /** How many turns have begun. Loop. */
  public long turns() {
    return turns;
  }

  /** Ends the run after the present turn; before a run: after its first turn. */
  public void stop() {
    stopping = true;
  }

  /**
   * Whether a run ends by itself once nothing is ready, no timer is set and nothing outside is
   * known to wake this loop.
   */
  public void stopWhenIdle(boolean stops) {
    stopsWhenIdle = stops;
  }

  /** One more ({@code +1}) or one less ({@code -1}) job outside that will post its end. */
  public void outsideJobs(int change) {
    outside.jobs += change;
  }

  /** How many strands are parked in foreign code. */
  public int foreignParked() {
    return outside.foreignParked;
  }

  /** How many jobs outside will post their end. */
  public int outsideJobs() {
    return outside.jobs;
  }

  /** Whether another thread has posted something that has not been taken yet. */
  public boolean hasPosts() {
    return !inbox.isEmpty();
  }

  /** Whether something is ready besides the entry that runs now. Loop. */
  public boolean hasReady() {
    return ready.size() > (inEntry ? 1 : 0);
  }

  /** Who is asked before a dead-lock counts as proven. */
  public Set<OutsideWork> outsideWork() {
    return outsideWork;
  }

  /** How many timers are pending. */
  public int pendingTimers() {
    return timers.size();
  }

  /** When the next timer is due; there is one. */
  public long nextDueNanos() {
    return present(timers.first()).dueNanos;
  }

  /** How many entries are ready. */
  public int readyEntries() {
    return ready.size();
  }

  /** What shall be closed at the shutdown. */
  public OpenCloseables openCloseables() {
    return openCloseables;
  }

  /** Where channels and addresses come from. */
  public Network network() {
    return network;
  }

  /** The I/O side. */
  public Poller poller() {
    return poller;
  }

  /** The way past the ready queue. */
  public DirectSwitches direct() {
    return direct;
  }

  /** Takes {@code strand} out of the ready queue; returns whether it was there. Loop or setup. */
  public boolean takeReady(Strand strand) {
    int at = ready.remove(strand);
    if (at >= 0 && at < left + (inEntry ? 1 : 0)) {
      left--;
    }
    return at >= 0;
  }

  // ---- running -----------------------------------------------------------------------------

  /**
   * Runs turns on the carrier until {@link #stop}; blocks the caller. Not from this loop.
   *
   * @param onInterrupt called each time the caller is interrupted; the wait goes on
   * @return the fatal throwable that ended the run, or null
   */
  public @Nullable Throwable run(Runnable onInterrupt) {
    fatal = null;
    carrier.run(onInterrupt);
    return fatal;
  }

  /** Ends the carrier, drops what is queued. Setup; idempotent. */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    OpenLoops.closed(this);
    carrier.end();
    discardInbox();
    while (ready.size() > 0) {
      Object action = ready.peekAction();
      Object owner = ready.peekOwner();
      ready.removeFirst();
      if (action instanceof Strand s && s.begun && !s.suspended) {
        s.foreign = true; // it has not come back in time
        s.handOver();
      } else if (!(action instanceof Strand)) {
        discard(action, owner);
      }
    }
    for (TimerNode next = timers.first(); next != null; next = timers.first()) {
      timers.remove(next);
      if (!(next.action instanceof Strand)) {
        discard(next.action, next.owner);
      }
    }
    poller.close();
  }

  /** What other threads sent to a closed loop. */
  private void discardInbox() {
    for (Inbox.Node n = inbox.takeAll(); n != null; n = n.next) {
      discard(n.action, n.owner != null ? n.owner : Owners.of(n.action));
    }
  }

  /** Strands run on elsewhere, and of the rest each owner is told. */
  private static void discard(Object action, @Nullable Object owner) {
    if (action instanceof Strand s) {
      s.handOver();
    } else {
      Owners.dropped((Runnable) action, owner);
    }
  }

  // ---- carrier -----------------------------------------------------------------------------

  /** One run: turns until it is stopped or something fatal is thrown. */
  void runTurns() {
    try {
      takeTurns();
    } catch (Throwable bug) { // ours: user code is caught where it runs
      fatal = bug;
    }
    stopping = false;
  }

  /** The loop is closed: its hub sees that, and ends. */
  void endHub() {
    if (hub != null) {
      mount(hub.strand);
    }
  }

  private void takeTurns() throws IOException {
    boolean first = true;
    for (; ; ) {
      Strand next = direct.next();
      if (next != null) {
        mount(next);
      } else if (fatal != null) {
        left = 0;
        return;
      } else if (left > 0) {
        runEntry();
      } else if (stopping && !first) {
        poller.release();
        return;
      } else {
        first = false;
        poll(); // T3
        drainInbox(); // T4
        startTurn(); // T1
      }
    }
  }

  /** T2, one entry: a strand is mounted here, anything else is the hub's. */
  private void runEntry() {
    if (schedule != null) {
      ready.shuffleFirst(left, schedule);
    }
    if (ready.peekAction() instanceof Strand strand) {
      ready.removeFirst();
      left--;
      mount(strand);
      return;
    }
    if (hub == null || hub.strand.ended) {
      hub = new Hub(this);
      startUnqueued(hub.strand);
    }
    mount(hub.strand);
  }

  /** Starts a strand that is mounted at once instead of being queued. */
  void startUnqueued(Strand strand) {
    startingNow = strand;
    strand.start();
    startingNow = null;
  }

  private void mount(Strand strand) {
    mounted = strand;
    strand.queued = false;
    steps++;
    idleReported = false;
    boolean takesTime = timed;
    long start = takesTime ? clock.nanos() : 0;
    strand.mount();
    if (takesTime && strand.owner != null) {
      tookTime(clock.nanos() - start, strand, strand.owner);
    }
    // A hub that came back inside an entry is retired, unless it only waits for a direct switch.
    if (isInHubEntry(strand) && !direct.isNamed(strand)) {
      strand.owner = ready.peekOwner();
      ready.removeFirst();
      inEntry = false;
      hub = null;
    }
    mounted = null;
    if (!strand.ended && !strand.suspended && !strand.queued) {
      parkedOutside(strand);
    }
  }

  /** A strand came back without a wait of ours: foreign code parked it. */
  private void parkedOutside(Strand strand) {
    strand.foreign = true;
    outside.foreignParked++;
    Object owner = strand.owner;
    if (owner != null && hooks.wantsInterrupt(owner)) {
      ready.add((Runnable) () -> hooks.interrupt(owner), null);
    }
  }

  private void becomeReady(Strand strand) {
    // Whoever takes the stack of a thread that is about to run makes the JDK submit it once more.
    if (strand.suspended || strand.queued || strand.ended) {
      return;
    }
    if (strand.foreign) {
      strand.foreign = false;
      outside.foreignParked--;
    }
    strand.queued = true;
    ready.add(strand, null);
  }

  /** T3: not at all, without waiting, or until the next timer. */
  private void poll() throws IOException {
    turnsSincePoll = 0;
    if (ready.size() > 0 || stopping || !inbox.isEmpty()) {
      poller.poll(0);
      return;
    }
    TimerNode next = timers.first();
    if (!timers.keepAlive() && outside.isQuiet()) {
      if (stopsWhenIdle) {
        stopping = true;
        return;
      }
      if (!idleReported) {
        ready.add(idleCheck, null);
        return;
      }
    }
    if (next == null) {
      sleeper.sleep(FOREVER);
      return;
    }
    long wait = next.dueNanos - clock.nanos();
    if (wait <= 0) {
      poller.poll(0);
    } else if (!clock.isVirtual()) {
      sleeper.sleep(wait);
    } else {
      // A jump is only right when nobody outside could have acted in the time that it skips.
      if (!outside.isQuiet()) {
        clock.heldBack(outside.toString());
        if (sleeper.sleep(wait)) {
          return;
        }
      }
      clock.advanceTo(next.dueNanos);
    }
  }

  /** T4. */
  private void drainInbox() {
    for (Inbox.Node n = inbox.takeAll(); n != null; n = n.next) {
      if (n.action instanceof Strand strand) {
        becomeReady(strand);
      } else {
        ready.add(n.action, n.owner);
      }
    }
  }

  /** T1, and the count that makes T2 end. */
  private void startTurn() {
    turns++;
    TimerNode next = timers.first();
    if (next != null) {
      long now = clock.nanos();
      do {
        if (next.dueNanos - now > 0) {
          break;
        }
        timers.remove(next);
        ready.add(next.action, next.owner);
        next = timers.first();
      } while (next != null);
    }
    left = ready.size();
  }

  // ---- hub ---------------------------------------------------------------------------------

  /** The body of a hub: entries and whole turns, until it is retired. */
  void runHub(Hub self) {
    for (; ; ) {
      while (left > 0 && fatal == null) {
        if (schedule != null) {
          ready.shuffleFirst(left, schedule);
        }
        Object action = ready.peekAction();
        if (action instanceof Strand) {
          break;
        }
        left--;
        inEntry = true;
        runAction((Runnable) action, self);
        if (hub != self) {
          return; // retired: the carrier has taken the entry off the queue
        }
        inEntry = false;
        ready.removeFirst();
      }
      if (left == 0 && mayTurnHere()) {
        turnsSincePoll++;
        drainInbox(); // T4
        startTurn(); // T1
      } else {
        self.strand.suspend();
        if (closed) {
          return;
        }
      }
    }
  }

  private boolean mayTurnHere() {
    return ready.size() > 0 && !stopping && fatal == null && !(poller.isNeeded() && isPollDue());
  }

  /** The clock is asked once in a few turns: that costs as much as a callback. */
  private boolean isPollDue() {
    return turnsSincePoll >= TURNS_PER_POLL
        || (turnsSincePoll % TURNS_PER_CLOCK == 0 && poller.isOverdue());
  }

  /** On the hub, because the hook runs code of the layer above. */
  private void tookTime(long nanos, Object action, @Nullable Object owner) {
    if (nanos > slowNanos) {
      ready.add((Runnable) () -> hooks.slow(nanos, action, owner), null);
    }
    if (countsTime && owner != null && hooks.ran(nanos, owner)) {
      ready.add((Runnable) () -> hooks.overBudget(owner), null);
    }
  }

  private void runAction(Runnable action, Hub self) {
    steps++;
    idleReported = false;
    boolean takesTime = timed;
    long start = takesTime ? clock.nanos() : 0;
    try {
      action.run();
    } catch (Throwable thrown) {
      if (hooks.failed(thrown, action, currentOwner())) {
        failRun(thrown);
      }
    }
    if (takesTime && hub == self) { // else it was parked in between, for longer than it ran
      tookTime(clock.nanos() - start, action, currentOwner());
    }
  }

  /** Makes the present run end with {@code thrown}. Loop. */
  public void failRun(Throwable thrown) {
    fatal = thrown;
  }
}
