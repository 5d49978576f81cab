package io.greenloop.internal.loop;

import io.greenloop.internal.loop.Watch.Direction;
import io.greenloop.reactor.GuestChannel;
import io.greenloop.reactor.GuestSeat;
import io.greenloop.reactor.LoopGuest;
import io.greenloop.reactor.Reactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The event loops of other libraries that live on a loop's carrier. Carrier room. */
final class Guests {
  private static final int INCOMING = Reactor.READ | Reactor.ACCEPT;
  private static final int OUTGOING = Reactor.WRITE | Reactor.CONNECT;

  private final LoopCore loop;
  private final Poller poller;
  private final ArrayList<Seat> seats = new ArrayList<>();

  Guests(LoopCore loop, Poller poller) {
    this.loop = loop;
    this.poller = poller;
  }

  /** Seats {@code guest}. Loop. */
  GuestSeat seat(LoopGuest guest) {
    var seat = new Seat(guest, Objects.requireNonNull(loop.carrier()));
    seats.add(seat);
    return seat;
  }

  /** Loop. */
  boolean isEmpty() {
    return seats.isEmpty();
  }

  /** Whether one of them has something to do now. Loop. */
  boolean isPending() {
    for (int i = 0; i < seats.size(); i++) { // an iterator would be made in each turn of each loop
      if (seats.get(i).pending) {
        return true;
      }
    }
    return false;
  }

  /**
   * Runs those that have something to do.
   *
   * @return whether there was one
   */
  boolean run() {
    boolean ran = false;
    for (int i = 0; i < seats.size(); i++) { // one may leave, or bring another, meanwhile
      Seat each = seats.get(i);
      if (each.pending || each.guest.nextDelayNanos() <= 0) {
        each.pending = false; // before the run: what comes meanwhile is seen in the next one
        each.guest.run();
        ran = true;
      }
    }
    return ran;
  }

  /** How long all of them may sleep. */
  long nextDelayNanos() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < seats.size(); i++) {
      least = Math.min(least, seats.get(i).guest.nextDelayNanos());
    }
    return least;
  }

  /** The loop is closed. */
  void end() {
    for (Seat each : new ArrayList<>(seats)) {
      each.leave();
      each.guest.end();
    }
  }

  private final class Seat implements GuestSeat {
    final LoopGuest guest;
    final Thread carrier;
    volatile boolean pending;

    Seat(LoopGuest guest, Thread carrier) {
      this.guest = guest;
      this.carrier = carrier;
    }

    @Override
    public Thread thread() {
      return carrier;
    }

    @Override
    public void wakeup() {
      pending = true; // before the look at whether it sleeps
      if (!loop.isOnLoop()) {
        loop.wake();
      }
    }

    @Override
    public GuestChannel watch(SelectableChannel channel, GuestChannel.Listener listener) {
      poller.checkIsFree(channel);
      return new Watched(this, channel, listener);
    }

    @Override
    public void leave() {
      seats.remove(this);
    }
  }

  private final class Watched implements GuestChannel {
    private final Seat seat;
    private final SelectableChannel channel;
    private final Listener listener;
    private final Side in = new Side(Direction.IN, INCOMING);
    private final Side out = new Side(Direction.OUT, OUTGOING);
    private int wanted;

    Watched(Seat seat, SelectableChannel channel, Listener listener) {
      this.seat = seat;
      this.channel = channel;
      this.listener = listener;
    }

    @Override
    public int wanted() {
      return wanted;
    }

    @Override
    public void want(int operations) {
      int before = wanted;
      wanted = operations;
      in.change(before, operations);
      out.change(before, operations);
    }

    @Override
    public void release() {
      want(0);
      Watch watch = poller.watched(channel);
      if (watch != null) {
        poller.noteClosed(watch);
      }
    }

    /** One direction, which is listened to while something of it is wanted. */
    private final class Side implements ReadyListener {
      private final Direction direction;
      private final int mine;
      private @Nullable Watch watch;

      Side(Direction direction, int mine) {
        this.direction = direction;
        this.mine = mine;
      }

      void change(int before, int after) {
        boolean listened = (before & mine) != 0;
        boolean listens = (after & mine) != 0;
        if (listens != listened) {
          if (listens) {
            watch = watch();
            watch.listen(direction, this);
          } else {
            Objects.requireNonNull(watch).mute(direction);
          }
        }
      }

      private Watch watch() {
        try {
          return poller.watch(channel);
        } catch (IOException e) { // the loop has no engine yet, and gets none
          throw new UncheckedIOException(e);
        }
      }

      @Override
      public void ready() {
        seat.pending = true;
        listener.ready(wanted & mine);
      }

      @Override
      public void failed(IOException cause) {
        wanted &= ~mine;
        seat.pending = true;
        listener.failed(cause);
      }
    }
  }
}
