package io.greenloop.reactor.uring;

import io.greenloop.reactor.ReadySink;
import io.greenloop.reactor.Transfers;
import io.greenloop.reactor.linux.DescriptorReactor;
import io.greenloop.reactor.linux.PollEvents;
import io.greenloop.reactor.linux.Watched;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The engine on io_uring. Each direction of a channel is one poll that the kernel answers once; if
 * somebody is still interested, it is submitted again with the next wait, in the same system call:
 * that makes it level-triggered. A poll that nobody wants any more is left to end by itself.
 */
final class UringReactor extends DescriptorReactor<UringReactor.Polled> {
  private static final long WAKER = -1;
  private static final long IGNORED = -2;

  private final Ring ring;
  private final Flights flights = new Flights();

  /** Where reports go: set while they are made. */
  private @Nullable ReadySink sink;

  private final UringTransfers transfers;
  private boolean wakerArmed;

  /** Where rings come from. */
  @FunctionalInterface
  interface Source {
    Ring open() throws IOException;
  }

  UringReactor(Source rings) throws IOException {
    try {
      ring = rings.open();
    } catch (Throwable e) {
      waker().close();
      throw e;
    }
    transfers = new UringTransfers(this);
  }

  /**
   * Submits {@code operation}, which is under way from then on, unless the ring refuses it.
   *
   * @return its tag
   */
  int fly(
      Flights.Flight flight,
      int operation,
      int flags,
      Polled channel,
      long address,
      int length,
      int operationFlags)
      throws IOException {
    int tag = flights.begin(flight);
    try {
      ring.submit(operation, flags, channel.descriptor(), 0, address, length, operationFlags, tag);
    } catch (Throwable e) {
      flights.end(tag); // no completion comes, so nobody may wait for one
      throw e;
    }
    return tag;
  }

  // ---- polls -------------------------------------------------------------------------------

  @Override
  protected Polled newWatched(SelectableChannel channel) {
    return new Polled(channel);
  }

  @Override
  protected void add(Polled fresh) {
    note(fresh);
  }

  @Override
  protected void change(Polled known) throws IOException {
    int wanted = PollEvents.of(known.interest());
    if ((wanted & PollEvents.IN) != 0) {
      known.in.submit();
    }
    if ((wanted & PollEvents.OUT) != 0) {
      known.out.submit();
    }
  }

  @Override
  protected void forget(Polled gone) throws IOException {
    try {
      gone.in.cancel();
      gone.out.cancel();
      for (Transfers.Transfer each : gone.flying) {
        each.cancel();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      ring.disown(gone.descriptor());
    }
  }

  private void armWaker() throws IOException {
    if (!wakerArmed) {
      ring.submit(
          Ring.OP_POLL_ADD, 0, waker().descriptor(), 0, 0, Ring.POLL_MULTI, PollEvents.IN, WAKER);
      wakerArmed = true;
    }
  }

  // ---- polling -----------------------------------------------------------------------------

  @Override
  protected int ask() throws IOException {
    armWaker();
    transfers.submitFresh();
    return ring.ask();
  }

  @Override
  protected int await(long timeoutNanos) throws IOException {
    armWaker();
    transfers.submitFresh();
    return transfers.hasRefused() ? ring.ask() : ring.await(timeoutNanos);
  }

  @Override
  protected int reportEvents(int found, ReadySink destination) {
    int reports = 0;
    sink = destination;
    for (int i = 0; i < found; i++) {
      long tag = ring.tag();
      int result = ring.result();
      int flags = ring.flags();
      ring.next();
      if (tag >= 0) {
        reports += flights.end((int) tag).landed(result);
      } else if (tag == WAKER) {
        wakerArmed = (flags & Ring.MORE) != 0;
        waker().heard();
      }
    }
    sink = null;
    return reports + transfers.reportRefused();
  }

  private int ready(Polled polled, int result) {
    if (polled.isGone() || result == -Ring.ECANCELED) {
      return 0;
    }
    note(polled); // to be submitted again, if somebody is still interested
    ReadySink destination = sink;
    int events = result < 0 ? PollEvents.ERR : result;
    return destination == null ? 0 : report(polled, events, destination);
  }

  // ---- transfers ---------------------------------------------------------------------------

  @Override
  public Transfers transfers() {
    return transfers;
  }

  /** The channel, which this reactor knows until {@link #drop}. */
  Polled hold(SelectableChannel channel) throws IOException {
    Polled known = known(channel);
    known.hold();
    return known;
  }

  void drop(Polled known, Transfers.Transfer ended) {
    known.flying.remove(ended);
    known.drop();
    note(known);
  }

  /** Asks the kernel to end what has {@code tag}; its end comes as it would have. */
  void cancel(int tag) {
    try {
      ring.submit(Ring.OP_CANCEL, Ring.SKIP_SUCCESS, Ring.NO_DESCRIPTOR, 0, tag, 0, 0, IGNORED);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- the rest ----------------------------------------------------------------------------

  @Override
  public String name() {
    return UringReactorProvider.NAME;
  }

  /** No transfer outlives this: the kernel would go on with memory that is not its own any more. */
  @Override
  protected void closeEngine() throws IOException {
    try {
      if (ring.isCallers()) { // or else the thread that had it has ended, and with it all of them
        flights.all().forEach(each -> cancel(each));
        while (flights.count() > 0) {
          reportEvents(ring.await(Long.MAX_VALUE), (attachment, ready) -> {});
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      ring.close();
    }
  }

  /** One channel, and its polls. */
  final class Polled extends Watched {
    private final Poll in = new Poll(this, PollEvents.IN);
    private final Poll out = new Poll(this, PollEvents.OUT);

    /** At most one for each direction. */
    private final List<Transfers.Transfer> flying = new ArrayList<>(2);

    private Polled(SelectableChannel channel) {
      super(channel);
    }

    /** {@code transfer} is under way, and ends with this channel. */
    void fly(Transfers.Transfer transfer) {
      flying.add(transfer);
    }
  }

  /** One direction of a channel. */
  private final class Poll implements Flights.Flight {
    private static final int NONE = -1;

    private final Polled polled;
    private final int events;
    private int tag = NONE;

    Poll(Polled polled, int events) {
      this.polled = polled;
      this.events = events;
    }

    void submit() throws IOException {
      if (tag == NONE) {
        tag = fly(this, Ring.OP_POLL_ADD, 0, polled, 0, 0, events);
      }
    }

    void cancel() {
      if (tag != NONE) {
        UringReactor.this.cancel(tag);
      }
    }

    @Override
    public int landed(int result) {
      tag = NONE;
      return ready(polled, result);
    }
  }
}
