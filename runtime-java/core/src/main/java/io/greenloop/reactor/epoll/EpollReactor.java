package io.greenloop.reactor.epoll;

import io.greenloop.reactor.ReadySink;
import io.greenloop.reactor.linux.DescriptorReactor;
import io.greenloop.reactor.linux.PollEvents;
import io.greenloop.reactor.linux.Watched;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The engine on epoll, level-triggered. A channel is put on the interest list when it is first
 * watched.
 */
final class EpollReactor extends DescriptorReactor<EpollReactor.Listed> {
  private static final int FIRST_SLOTS = 64;
  private static final long WAKER = -1;

  private final Epoll epoll;

  /** The watched channels by the tags of their events. */
  private @Nullable Listed[] slots = new Listed[FIRST_SLOTS];

  private final ArrayList<Integer> freeSlots = new ArrayList<>();
  private int usedSlots;

  EpollReactor() throws IOException {
    try {
      epoll = new Epoll();
    } catch (Throwable e) {
      waker().close();
      throw e;
    }
    try {
      epoll.control(Epoll.ADD, waker().descriptor(), PollEvents.IN | Epoll.EDGE, WAKER);
    } catch (Throwable e) {
      epoll.close();
      waker().close();
      throw e;
    }
  }

  // ---- the interest list -------------------------------------------------------------------

  @Override
  protected Listed newWatched(SelectableChannel channel) {
    return new Listed(channel);
  }

  @Override
  protected void add(Listed fresh) throws IOException {
    int slot = newSlot();
    int events = PollEvents.of(fresh.interest());
    try {
      epoll.control(Epoll.ADD, fresh.descriptor(), events, slot);
    } catch (IOException e) {
      freeSlots.add(slot);
      throw e;
    }
    fresh.slot = slot;
    fresh.told = events;
    slots[slot] = fresh;
  }

  @Override
  protected void change(Listed known) throws IOException {
    int wanted = PollEvents.of(known.interest());
    if (wanted != known.told) {
      epoll.control(Epoll.MOD, known.descriptor(), wanted, known.slot);
      known.told = wanted;
    }
  }

  @Override
  protected void forget(Listed gone) throws IOException {
    if (gone.slot == Listed.NONE) {
      return;
    }
    slots[gone.slot] = null;
    freeSlots.add(gone.slot);
    epoll.control(Epoll.DEL, gone.descriptor(), 0, gone.slot);
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
  protected int ask() throws IOException {
    return epoll.poll();
  }

  @Override
  protected int await(long timeoutNanos) throws IOException {
    return epoll.await(timeoutNanos);
  }

  @Override
  protected int reportEvents(int found, ReadySink sink) {
    int reports = 0;
    for (int i = 0; i < found; i++) {
      long tag = epoll.tagOf(i);
      if (tag == WAKER) {
        waker().heard();
        continue;
      }
      Listed listed = slots[(int) tag];
      if (listed != null) {
        reports += report(listed, epoll.readyOf(i), sink);
      }
    }
    return reports;
  }

  // ---- the rest ----------------------------------------------------------------------------

  @Override
  public String name() {
    return EpollReactorProvider.NAME;
  }

  @Override
  protected void closeEngine() {
    epoll.close();
  }

  /** One channel on the interest list. */
  static final class Listed extends Watched {
    private static final int NONE = -1;

    private int slot = NONE;

    /** The events that the kernel watches for. */
    private int told;

    private Listed(SelectableChannel channel) {
      super(channel);
    }
  }
}
