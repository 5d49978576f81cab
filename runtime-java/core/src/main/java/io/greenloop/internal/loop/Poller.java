package io.greenloop.internal.loop;

import io.greenloop.reactor.GuestSeat;
import io.greenloop.reactor.LoopGuest;
import io.greenloop.reactor.Network;
import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import io.greenloop.reactor.Transfers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where the carrier waits: in the reactor once there is I/O, in a plain park before. Carrier room,
 * but for what is marked.
 */
public final class Poller {
  /**
   * A busy loop asks the reactor once in so many turns, or once in so many nanoseconds, whichever
   * comes first.
   */
  private static final int TURNS_PER_QUERY = 64;

  private static final long NANOS_PER_QUERY = 50_000;

  private static final int RECEIVE_SIZE = 64 * 1024;

  private final LoopCore loop;
  private final Network network;
  private final ReadySink sink = new Found();
  private final Guests guests;

  /** Opened by the first watch, so before the carrier sleeps: who wakes a sleeping loop sees it. */
  private volatile @Nullable Reactor reactor;

  /** Watches made by {@link #watch}, for as long as someone listens. */
  private final Map<SelectableChannel, Watch> watches = new IdentityHashMap<>();

  /** The watches of {@link #own}, for as long as their channels are open. */
  private final Map<SelectableChannel, Watch> owned = new IdentityHashMap<>();

  /** Watches whose wishes may differ from what the reactor was told. */
  private ArrayList<Watch> changes = new ArrayList<>();

  private ArrayList<Watch> spareList = new ArrayList<>();

  private @Nullable ByteBuffer receiveBuffer;

  /** What the carrier is to do before it polls. */
  private final ArrayList<Runnable> requests = new ArrayList<>();

  private boolean closed;
  private boolean releasing;
  int interests;
  private long polls;
  private int turnsSinceQuery;
  private long lastQueryNanos;

  Poller(LoopCore loop, Network network) {
    this.loop = loop;
    this.network = network;
    guests = new Guests(loop, this);
  }

  /** Gives {@code guest} a seat. Loop. */
  public GuestSeat seat(LoopGuest guest) throws IOException {
    openReactor(); // it may be woken from now on, and a plain park cannot watch a channel
    return guests.seat(guest);
  }

  /**
   * The watch of a channel that belongs to the user: once nobody listens, the channel is free
   * again, so that it can be closed, made blocking or watched by another loop. Loop or setup.
   *
   * @throws IllegalStateException if it is one of ours: what is told to the one would not reach the
   *     other
   * @throws IOException if the operating system refuses a reactor
   */
  public Watch watch(SelectableChannel channel) throws IOException {
    openReactor();
    if (owned.containsKey(channel)) {
      throw new IllegalStateException(channel + ": a transport, a stream or a server owns it");
    }
    Watch known = watches.get(channel);
    if (known == null) {
      known = new Watch(this, channel, false);
      watches.put(channel, known);
    }
    return known;
  }

  /** The watch of {@code channel} if there is one. Loop or setup. */
  public @Nullable Watch watched(SelectableChannel channel) {
    return watches.get(channel);
  }

  /**
   * The only watch of a channel of ours: it stays known to the reactor between two waits. Loop or
   * setup.
   *
   * @throws IllegalStateException if somebody else has it
   * @throws IOException if the operating system refuses a reactor
   */
  public Watch own(SelectableChannel channel) throws IOException {
    openReactor();
    checkIsFree(channel);
    var watch = new Watch(this, channel, true);
    owned.put(channel, watch);
    return watch;
  }

  /**
   * Refuses a channel that one of this loop has. Loop or setup.
   *
   * @throws IllegalStateException if somebody has it
   */
  public void checkIsFree(SelectableChannel channel) {
    Watch other = watches.get(channel);
    if (owned.containsKey(channel) || (other != null && !other.isIdle())) {
      throw new IllegalStateException(
          channel
              + ": a task, a callback, a stream or a transport of this loop has it already; only"
              + " one can hear what comes");
    }
  }

  /** {@code channel} was closed by who has made it one of ours, or has tried to. Loop or setup. */
  public void disown(SelectableChannel channel) {
    Watch watch = owned.get(channel);
    if (watch != null) {
      watch.release();
    }
  }

  /** Whether {@code channel} is one of ours, which nobody else may wait on. Loop or setup. */
  public boolean isOwned(SelectableChannel channel) {
    return owned.containsKey(channel);
  }

  private void openReactor() throws IOException {
    if (reactor != null) {
      return;
    }
    Reactor opened = network.openReactor();
    if (reactor == null) {
      reactor = opened;
    } else {
      opened.close(); // opening parked this strand, and another one was faster
    }
  }

  /**
   * Memory to receive into before it is known how much there is: one for all connections of the
   * loop, so that a connection that rests needs none. Loop; to be {@linkplain #giveBack given
   * back}.
   */
  public ByteBuffer takeReceiveBuffer() {
    ByteBuffer taken = receiveBuffer;
    receiveBuffer =
        null; // who takes one meanwhile, because foreign code parked the taker, gets another
    return taken == null ? ByteBuffer.allocateDirect(RECEIVE_SIZE) : taken.clear();
  }

  /** Gives a {@link #takeReceiveBuffer} back. Loop. */
  public void giveBack(ByteBuffer taken) {
    receiveBuffer = taken.order(ByteOrder.BIG_ENDIAN); // a protocol may have changed it
  }

  /** The engine's name, once there is one. Any thread. */
  public @Nullable String engine() {
    Reactor opened = reactor;
    return opened == null ? null : opened.name();
  }

  /** What moves bytes itself, if the engine does; opened for that. Loop or setup. */
  @Nullable Transfers transfers() throws IOException {
    openReactor();
    Reactor opened = reactor;
    return opened == null ? null : opened.transfers();
  }

  /** Has the carrier do {@code request} before it polls next. Loop or setup. */
  void request(Runnable request) {
    requests.add(request);
  }

  /** Remembers to compare what {@code watch} wants with what the reactor knows. Loop or setup. */
  void note(Watch watch) {
    if (!watch.noted) {
      watch.noted = true;
      changes.add(watch);
    }
  }

  /**
   * {@code watch} is of a channel that was closed: the operating system keeps its port until the
   * reactor has been asked, so that is done in the next turn. Loop or setup.
   */
  void noteClosed(Watch watch) {
    note(watch);
    releasing |= reactor != null && !watch.channel.isOpen();
  }

  /** Whether a channel was closed whose port may still be taken. Loop or setup. */
  public boolean isReleasing() {
    return releasing;
  }

  /** Lets go of what was closed, at the end of a run. */
  void release() throws IOException {
    if (releasing) {
      poll(0);
    }
  }

  /** How many directions of channels somebody listens to. Loop or setup. */
  public int interests() {
    return interests;
  }

  /** Whether there are wishes that the reactor has not been told of. Loop or setup. */
  public boolean hasChanges() {
    return !changes.isEmpty() || !requests.isEmpty();
  }

  /**
   * Whether somebody listens to what comes from outside, or has timers that we do not know. Loop.
   */
  boolean mayHear() {
    return (interests > 0 && !network.isSimulated()) || !guests.isEmpty();
  }

  /** Reads what has come, by the engine's own way. Loop. */
  public int read(SocketChannel channel, ByteBuffer target) throws IOException {
    Reactor opened = reactor;
    return opened == null ? channel.read(target) : opened.read(channel, target);
  }

  /** Writes what the system takes, by the engine's own way. Loop. */
  public int write(SocketChannel channel, ByteBuffer source) throws IOException {
    Reactor opened = reactor;
    return opened == null ? channel.write(source) : opened.write(channel, source);
  }

  /** How often the reactor has been asked. Loop. */
  public long polls() {
    return polls;
  }

  /** Any thread. */
  void wakeup(@Nullable Thread carrier) {
    Reactor opened = reactor;
    if (opened != null) {
      opened.wakeup();
    } else {
      LockSupport.unpark(carrier);
    }
  }

  /**
   * Tells the listeners of ready channels; waits at most {@code nanos} for one.
   *
   * @return whether something happened, or may have
   */
  boolean poll(long nanos) throws IOException {
    Reactor opened = reactor;
    if (opened == null) {
      return nanos > 0 && park(nanos);
    }
    boolean ran = guests.run();
    long wait = ran ? 0 : Math.min(nanos, guests.nextDelayNanos());
    if (wait <= 0 && !isTimeToQuery()) {
      return ran;
    }
    applyChanges(opened);
    runRequests();
    if (wait > 0 && loop.readyEntries() > 0) {
      return true; // one was told that its channel cannot be watched, or has ended meanwhile
    }
    releasing = false; // by this poll
    polls++;
    long start = wait > 0 ? System.nanoTime() : 0;
    int reports = opened.poll(wait, sink);
    turnsSinceQuery = 0;
    lastQueryNanos = System.nanoTime();
    boolean found = reports > 0 || (wait > 0 && lastQueryNanos - start < wait);
    return guests.run() || ran || found;
  }

  private void runRequests() {
    for (Runnable each : requests) {
      each.run();
    }
    requests.clear();
  }

  /**
   * Asks the reactor and {@code inbox} again and again, for {@code nanos} at the most: who posts
   * meanwhile need not wake anybody.
   *
   * @return whether something happened
   */
  boolean spin(long nanos, Inbox inbox) throws IOException {
    if (network.isSimulated()) {
      return false; // nothing happens there by itself
    }
    Reactor opened = reactor;
    if (opened != null) {
      applyChanges(opened);
      runRequests();
    }
    long start = System.nanoTime();
    while (loop.readyEntries() == 0 && inbox.isEmpty() && !guests.isPending()) {
      if (opened != null) {
        releasing = false; // by this poll
        polls++;
        opened.poll(0, sink);
      }
      lastQueryNanos = System.nanoTime();
      if (lastQueryNanos - start >= nanos) {
        break;
      }
      Thread.onSpinWait();
    }
    turnsSinceQuery = 0;
    return loop.readyEntries() > 0 || !inbox.isEmpty() || guests.run();
  }

  private boolean park(long nanos) {
    long start = System.nanoTime();
    LockSupport.parkNanos(loop, nanos);
    Thread.interrupted(); // left set, the flag would turn every park into a spin
    return System.nanoTime() - start < nanos;
  }

  private boolean isTimeToQuery() {
    return releasing
        || network.isSimulated()
        || ++turnsSinceQuery >= TURNS_PER_QUERY
        || System.nanoTime() - lastQueryNanos >= NANOS_PER_QUERY;
  }

  /** Whether a poll has anything to do. Loop. */
  boolean isNeeded() {
    return interests > 0 || hasChanges() || guests.isPending();
  }

  /** Whether channels are watched that nobody has asked about for a while. Loop. */
  boolean isOverdue() {
    return releasing
        || network.isSimulated()
        || System.nanoTime() - lastQueryNanos >= NANOS_PER_QUERY;
  }

  /** What the reactor tells of watches. */
  private static final class Found implements ReadySink {
    @Override
    public void ready(Object attachment, int readyOps) {
      var watch = (Watch) attachment;
      if (watch.channel.isOpen()) {
        watch.ready(readyOps);
      } else {
        watch.fail(new ClosedChannelException());
      }
    }

    @Override
    public void refused(Object attachment, IOException cause) {
      var watch = (Watch) attachment;
      watch.applied = 0;
      watch.fail(cause);
    }
  }

  private void applyChanges(Reactor opened) {
    while (!changes
        .isEmpty()) { // a listener that is told of a failure may change its mind about another
      // watch
      ArrayList<Watch> taken = changes;
      changes = spareList;
      for (Watch each : taken) {
        each.noted = false;
        apply(each, opened);
      }
      taken.clear();
      spareList = taken;
    }
  }

  private void apply(Watch watch, Reactor opened) {
    int wanted = watch.wanted();
    if (wanted != watch.applied) {
      try {
        opened.update(watch.channel, wanted, watch);
        watch.applied = wanted;
      } catch (IOException e) {
        watch.applied = 0;
        watch.fail(e);
      } catch (
          RuntimeException
              e) { // made blocking meanwhile, or a kind of channel the engine does not know
        watch.applied = 0;
        watch.fail(new IOException(e.toString(), e));
      }
    }
    if (!watch.channel.isOpen() && !watch.isIdle()) {
      watch.fail(new ClosedChannelException()); // closed by somebody who did not tell us
    }
    if (watch.isIdle()) {
      watches.remove(watch.channel, watch);
    }
    if (!watch.channel.isOpen()) {
      owned.remove(watch.channel);
    }
  }

  /** Its stream, say, still had to send: nobody else closes it any more. */
  private static void closeOrphan(SelectableChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      System.getLogger("io.greenloop").log(System.Logger.Level.DEBUG, "close of " + channel, e);
    }
  }

  /** The carrier, once it ends; setup, if there was none. */
  void close() {
    Reactor opened = reactor;
    if (opened == null || closed) {
      return;
    }
    closed = true;
    guests.end();
    watches.clear();
    changes.clear();
    requests.clear();
    interests = 0;
    try {
      opened.close();
    } catch (IOException e) {
      System.getLogger("io.greenloop")
          .log(System.Logger.Level.WARNING, "close of the engine of " + loop.name(), e);
    }
    owned.keySet().forEach(Poller::closeOrphan);
    owned.clear();
  }
}
