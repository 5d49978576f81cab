package io.greenloop.reactor.epoll;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The engine on epoll, level-triggered.
 *
 * <p>A channel is put on the interest list when it is first watched. What changes later is noted,
 * and told to the kernel by the next poll, if it is still a change then.
 */
final class EpollReactor implements Reactor {
  private static final int FIRST_SLOTS = 64;
  private static final long WAKER = -1;

  private final Epoll epoll;
  private final Waker waker;
  private final Registrations registrations = new Registrations(this::wakeup);
  private final Map<SelectableChannel, Watched> watched = new IdentityHashMap<>();

  /** The watched channels by the tags of their events. */
  private @Nullable Watched[] slots = new Watched[FIRST_SLOTS];

  private final ArrayList<Integer> freeSlots = new ArrayList<>();
  private int usedSlots;

  /** Watched channels whose interest may differ from what the kernel was told. */
  private final ArrayList<Watched> changes = new ArrayList<>();

  /** Channels that were closed, off the interest list, and not yet reported. */
  private final ArrayList<Watched> closedOnes = new ArrayList<>();

  private boolean closed;

  EpollReactor() throws IOException {
    epoll = new Epoll();
    try {
      waker = new Waker(epoll, WAKER);
    } catch (Throwable e) {
      epoll.close();
      throw e;
    }
  }

  // ---- interest ----------------------------------------------------------------------------

  @Override
  public void update(SelectableChannel channel, int interest, @Nullable Object attachment)
      throws IOException {
    Watched known = watched.get(channel);
    if (interest == 0) {
      if (known != null) {
        known.interest = 0;
        note(known);
      }
      return;
    }
    Objects.requireNonNull(attachment, "attachment");
    Reactor.checkInterest(channel, interest);
    if (known == null) {
      add(channel, interest, attachment);
    } else if (channel.isOpen()) {
      known.interest = interest;
      known.attachment = attachment;
      note(known);
    } else {
      watched.remove(channel);
      known.interest = 0; // its close is not reported any more
      throw new ClosedChannelException();
    }
  }

  private void add(SelectableChannel channel, int interest, Object attachment) throws IOException {
    if (!ChannelInsides.isKnown(channel)) {
      throw new IllegalArgumentException(
          "update: "
              + channel.getClass().getName()
              + " is no channel of the JDK's default selector provider");
    }
    Registrations.Key key = registrations.register(channel);
    var fresh = new Watched(key, ChannelInsides.descriptor(channel), newSlot());
    fresh.interest = interest;
    fresh.attachment = attachment;
    fresh.told = Interest.toEvents(interest);
    key.attach(fresh);
    try {
      epoll.control(Epoll.ADD, fresh.descriptor, fresh.told, fresh.slot);
    } catch (IOException e) {
      freeSlots.add(fresh.slot);
      registrations.release(key);
      throw e;
    }
    slots[fresh.slot] = fresh;
    watched.put(channel, fresh);
  }

  private void note(Watched changed) {
    if (!changed.noted) {
      changed.noted = true;
      changes.add(changed);
    }
  }

  /** Tells the kernel what has changed. */
  private void applyChanges() throws IOException {
    for (Watched each : changes) {
      each.noted = false;
      if (each.slot < 0) {
        continue; // closed, and off the list already
      }
      int wanted = Interest.toEvents(each.interest);
      if (wanted == 0) {
        remove(each);
      } else if (wanted != each.told) {
        epoll.control(Epoll.MOD, each.descriptor, wanted, each.slot);
        each.told = wanted;
      }
    }
    changes.clear();
  }

  /** Takes it off the interest list and lets go of the channel. */
  private void remove(Watched gone) throws IOException {
    watched.remove(gone.key.channel(), gone);
    slots[gone.slot] = null;
    freeSlots.add(gone.slot);
    epoll.control(Epoll.DEL, gone.descriptor, 0, gone.slot);
    gone.slot = Watched.NO_SLOT;
    registrations.release(gone.key);
  }

  private int newSlot() {
    if (!freeSlots.isEmpty()) {
      return freeSlots.removeLast();
    }
    if (usedSlots == slots.length) {
      slots = Arrays.copyOf(slots, 2 * slots.length);
    }
    return usedSlots++;
  }

  // ---- polling -----------------------------------------------------------------------------

  @Override
  public int poll(long timeoutNanos, ReadySink sink) throws IOException {
    releaseClosed();
    applyChanges();
    int found = timeoutNanos <= 0 || !closedOnes.isEmpty() ? epoll.poll() : await(timeoutNanos);
    releaseClosed(); // before the sink runs: what it closes is the next poll's to report
    int reports = reportClosed(sink);
    for (int i = 0; i < found; i++) {
      long tag = epoll.tagOf(i);
      if (tag == WAKER) {
        waker.heard();
      } else {
        reports += report(slots[(int) tag], epoll.readyOf(i), sink);
      }
    }
    return reports;
  }

  private int await(long timeoutNanos) throws IOException {
    registrations.beginWait();
    try {
      return epoll.await(timeoutNanos);
    } finally {
      registrations.endWait();
    }
  }

  private static int report(@Nullable Watched found, int events, ReadySink sink) {
    if (found == null || !found.key.channel().isOpen()) {
      return 0; // the end of a closed channel is reported apart, once
    }
    int ready = found.interest & Interest.fromEvents(events);
    if (ready == 0) {
      return 0;
    }
    sink.ready(found.attachment, ready);
    return 1;
  }

  private void releaseClosed() throws IOException {
    List<Registrations.Key> keys = registrations.takeClosed();
    for (Registrations.Key each : keys) {
      if (each.attachment() instanceof Watched gone && gone.slot >= 0) {
        remove(gone);
        closedOnes.add(gone);
      }
    }
  }

  private int reportClosed(ReadySink sink) {
    if (closedOnes.isEmpty()) {
      return 0;
    }
    int reports = 0;
    for (Watched each : closedOnes) {
      if (each.interest != 0) {
        sink.ready(each.attachment, each.interest);
        reports++;
      }
    }
    closedOnes.clear();
    return reports;
  }

  // ---- the rest ----------------------------------------------------------------------------

  @Override
  public void wakeup() {
    waker.wake();
  }

  @Override
  public String name() {
    return EpollReactorProvider.NAME;
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    releaseClosed();
    epoll.close();
    for (Watched each : watched.values()) {
      registrations.release(each.key);
    }
    watched.clear();
    registrations.close();
    waker.close();
  }

  @Override
  public String toString() {
    return "epoll reactor, " + watched.size() + " channels";
  }

  /** One channel on the interest list, and what is wanted of it. */
  private static final class Watched {
    static final int NO_SLOT = -1;

    final Registrations.Key key;
    final int descriptor;
    int slot;
    int interest;
    Object attachment;

    /** The events that the kernel watches for. */
    int told;

    boolean noted;

    @SuppressWarnings("NullAway.Init") // the attachment comes before the first poll
    Watched(Registrations.Key key, int descriptor, int slot) {
      this.key = key;
      this.descriptor = descriptor;
      this.slot = slot;
    }
  }
}
