package io.greenloop.reactor.uring;

import io.greenloop.reactor.Transfers;
import io.greenloop.reactor.linux.DirectBuffers;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Receives and sends by the kernel. A buffer on the heap can move, so its bytes go through memory
 * of ours. Carrier room.
 */
final class UringTransfers implements Transfers {
  private static final int CHUNK = 64 * 1024;
  private static final int SPARE_CHUNKS = 64;

  private static final int MSG_WAITALL = 0x100; // a send goes on until all is sent
  private static final int MSG_NOSIGNAL = 0x4000;

  private final UringReactor reactor;
  private final Ring ring;
  private final Flights flights;
  private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();

  /**
   * Not submitted yet: a submission names a descriptor, so none is made before the reactor has seen
   * to the channels that were closed.
   */
  private final ArrayList<Moving> fresh = new ArrayList<>();

  private final ArrayList<Moving> refused = new ArrayList<>();

  UringTransfers(UringReactor reactor, Ring ring, Flights flights) {
    this.reactor = reactor;
    this.ring = ring;
    this.flights = flights;
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
  void submitFresh() throws IOException {
    for (Moving each : fresh) {
      each.submit();
    }
    fresh.clear();
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
    private @Nullable ByteBuffer chunk;
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

    void submit() throws IOException {
      UringReactor.Polled known;
      try {
        if (cancelled) {
          throw new InterruptedIOException("cancelled");
        }
        known = reactor.hold(channel);
      } catch (IOException e) {
        refuse(e);
        return;
      } catch (RuntimeException e) { // made blocking, or a channel of another kind
        refuse(new IOException(e.toString(), e));
        return;
      }
      polled = known;
      known.fly(this);
      // Memory of an arena may end before the kernel is done with it.
      ByteBuffer memory = DirectBuffers.address(buffer) != 0 ? buffer : borrow();
      long address = MemorySegment.ofBuffer(memory).address();
      tag = flights.begin(this);
      ring.submit(
          operation,
          when << Ring.PRIORITY_SHIFT,
          known.descriptor(),
          0,
          address,
          memory.remaining(),
          flags,
          tag);
    }

    private void refuse(IOException cause) {
      refusal = cause;
      refused.add(this);
    }

    private void tellRefused() {
      if (refusal != null) {
        end.refused(refusal);
      }
    }

    private ByteBuffer borrow() {
      ByteBuffer found = spare.pollLast();
      ByteBuffer memory = found == null ? ByteBuffer.allocateDirect(CHUNK) : found.clear();
      int count = Math.min(CHUNK, buffer.remaining());
      if (operation == Ring.OP_SEND) {
        memory.put(0, buffer, buffer.position(), count);
      }
      memory.limit(count);
      chunk = memory;
      return memory;
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

    /** Why the user's buffer does not take the result, who may have changed it meanwhile. */
    private @Nullable IOException handOver(int result) {
      ByteBuffer memory = chunk;
      chunk = null;
      try {
        if (memory != null && operation == Ring.OP_RECEIVE && result > 0) {
          buffer.put(buffer.position(), memory, 0, result);
        }
        if (result > 0) {
          buffer.position(buffer.position() + result);
        }
        return null;
      } catch (RuntimeException changed) {
        return new IOException(
            "the buffer was changed while the system worked on it: " + changed, changed);
      } finally {
        if (memory != null && spare.size() < SPARE_CHUNKS) {
          spare.addLast(memory);
        }
      }
    }
  }
}
