package io.greenloop.reactor.uring;

import io.greenloop.reactor.Transfers;
import io.greenloop.reactor.linux.DirectBuffers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Receives and sends by the kernel. Carrier room. */
final class UringTransfers implements Transfers {
  private static final int MSG_WAITALL = 0x100; // a send goes on until all is sent
  private static final int MSG_NOSIGNAL = 0x4000;

  private final UringReactor reactor;

  /**
   * Not submitted yet: a submission names a descriptor, so none is made before the reactor has seen
   * to the channels that were closed.
   */
  private final ArrayDeque<Moving> fresh = new ArrayDeque<>();

  private final ArrayList<Moving> refused = new ArrayList<>();

  UringTransfers(UringReactor reactor) {
    this.reactor = reactor;
  }

  @Override
  public boolean takes(ByteBuffer buffer) {
    return DirectBuffers.address(buffer) != 0;
  }

  @Override
  public Transfer receive(SocketChannel channel, ByteBuffer target, boolean isEmpty, End end) {
    int when = isEmpty ? Ring.POLL_FIRST : 0;
    return begin(new Moving(Ring.OP_RECEIVE, when, MSG_NOSIGNAL, channel, target, end));
  }

  @Override
  public Transfer send(SocketChannel channel, ByteBuffer source, End end) {
    return begin(new Moving(Ring.OP_SEND, 0, MSG_NOSIGNAL | MSG_WAITALL, channel, source, end));
  }

  private Transfer begin(Moving transfer) {
    fresh.add(transfer);
    return transfer;
  }

  /** Submits what has begun. */
  void submitFresh() {
    for (Moving next = fresh.poll(); next != null; next = fresh.poll()) {
      next.submit();
    }
  }

  /** Whether the end of one can be told without the kernel. */
  boolean hasRefused() {
    return !refused.isEmpty();
  }

  /** Tells the end of those that never came to the kernel. */
  int reportRefused() {
    int reports = refused.size();
    for (Moving each : refused) {
      each.tellRefused();
    }
    refused.clear();
    return reports;
  }

  /** One transfer. */
  private final class Moving implements Transfer, Flights.Flight {
    private static final int NONE = -1;

    private final int operation;
    private final int when;
    private final int flags;
    private final SocketChannel channel;
    private final ByteBuffer buffer;
    private final End end;
    private UringReactor.@Nullable Polled polled;
    private int start;
    private int tag = NONE;
    private boolean cancelled;
    private @Nullable IOException refusal;

    Moving(int operation, int when, int flags, SocketChannel channel, ByteBuffer buffer, End end) {
      this.operation = operation;
      this.when = when;
      this.flags = flags;
      this.channel = channel;
      this.buffer = buffer;
      this.end = end;
    }

    void submit() {
      UringReactor.Polled known = null;
      try {
        if (cancelled) {
          throw new InterruptedIOException("cancelled");
        }
        long address = DirectBuffers.address(buffer);
        if (address == 0) {
          throw new IllegalArgumentException("the kernel may not have " + buffer);
        }
        if (!buffer.hasRemaining()) { // else the kernel would call it the end
          throw changed();
        }
        known = reactor.hold(channel);
        start = buffer.position();
        int above = when << Ring.PRIORITY_SHIFT;
        tag = reactor.fly(this, operation, above, known, address, buffer.remaining(), flags);
        polled = known;
        known.fly(this);
      } catch (IOException e) {
        refuse(known, e);
      } catch (RuntimeException e) { // made blocking, or a channel of another kind
        refuse(known, new IOException(e.toString(), e));
      }
    }

    private void refuse(UringReactor.@Nullable Polled known, IOException cause) {
      if (known != null) {
        reactor.drop(known, this);
      }
      refusal = cause;
      refused.add(this);
    }

    private void tellRefused() {
      if (refusal != null) {
        end.refused(refusal);
      }
    }

    @Override
    public void cancel() {
      if (cancelled) {
        return;
      }
      cancelled = true;
      if (tag != NONE) {
        reactor.cancel(tag);
      }
    }

    @Override
    public int landed(int result) {
      tag = NONE;
      UringReactor.Polled known = polled;
      if (known != null) {
        reactor.drop(known, this);
      }
      IOException spoilt = handOver(result);
      if (spoilt == null) {
        end.ended(result);
      } else {
        end.refused(spoilt);
      }
      return 1;
    }

    /** Why the buffer does not take the result: its owner has changed it meanwhile. */
    private @Nullable IOException handOver(int result) {
      if (result <= 0) {
        return null;
      }
      if (buffer.position() != start || buffer.remaining() < result) {
        return changed();
      }
      buffer.position(start + result);
      return null;
    }

    private IOException changed() {
      return new IOException("the buffer was changed while the system worked on it: " + buffer);
    }
  }
}
