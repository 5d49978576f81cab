package io.greenloop.reactor.nio;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The engine on a {@link Selector}. */
final class NioReactor implements Reactor {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Where reports go outside a poll: there are none. */
  private static final ReadySink NOWHERE = (attachment, readyOps) -> {};

  private final Selector selector;

  /**
   * Every channel whose key we did not cancel ourselves; {@code selector.keys()} loses the
   * foreign-closed ones first.
   */
  private final Map<SelectableChannel, Registered> registered = new IdentityHashMap<>();

  /** Channels that lost all interest since the last poll; most regain it before the next one. */
  private final ArrayList<Registered> idle = new ArrayList<>();

  /** One consumer for all polls; it reports to {@link #sink}. */
  private final Consumer<SelectionKey> onSelected = this::selected;

  private ReadySink sink = NOWHERE;
  private int reports;

  /**
   * Whether a key turned out invalid since the last select began: the key counts cannot be compared
   * then.
   */
  private boolean suspectClosed;

  NioReactor() throws IOException {
    selector = Selector.open();
  }

  @Override
  public void update(SelectableChannel channel, int interest, @Nullable Object attachment)
      throws IOException {
    Registered known = registered.get(channel);
    if (interest == 0) {
      if (known != null) {
        letGo(known);
      }
      return;
    }
    Objects.requireNonNull(attachment, "attachment");
    Reactor.checkInterest(channel, interest);
    if (known == null) {
      register(channel, interest, attachment);
      return;
    }
    known.interest = interest;
    known.attachment = attachment;
    try {
      known.key.interestOps(toKeyOps(interest));
    } catch (CancelledKeyException e) {
      // Somebody closed the channel, or cancelled the key behind our back.
      drop(known);
      register(channel, interest, attachment);
    }
  }

  private void register(SelectableChannel channel, int interest, Object attachment)
      throws IOException {
    var fresh = new Registered(channel, interest, attachment);
    try {
      fresh.key = channel.register(selector, toKeyOps(interest), fresh);
    } catch (IllegalSelectorException e) {
      throw new IllegalArgumentException(
          "update: "
              + channel.getClass().getName()
              + " is no channel of the JDK's default selector provider",
          e);
    }
    registered.put(channel, fresh);
  }

  private void letGo(Registered known) {
    try {
      known.key.interestOps(0);
    } catch (CancelledKeyException e) {
      drop(known);
      return;
    }
    known.interest = 0;
    if (!known.inIdle) {
      known.inIdle = true;
      idle.add(known);
    }
  }

  private void drop(Registered known) {
    registered.remove(known.channel);
    known.key.cancel();
    suspectClosed = true;
  }

  @Override
  public int poll(long timeoutNanos, ReadySink destination) throws IOException {
    cancelIdleKeys();
    suspectClosed = false; // the select flushes all keys cancelled up to here
    reports = 0;
    sink = destination;
    try {
      if (timeoutNanos <= 0) {
        selector.selectNow(onSelected);
      } else {
        selector.select(onSelected, toMillisRoundedUp(timeoutNanos));
        // An interrupted thread never blocks in select: left set, the flag would turn every poll
        // into a spin.
        Thread.interrupted();
      }
      if (suspectClosed || selector.keys().size() < registered.size()) {
        reportClosed();
      }
      return reports;
    } finally {
      sink = NOWHERE;
    }
  }

  private void selected(SelectionKey key) {
    int ready;
    try {
      ready = fromKeyOps(key.readyOps());
    } catch (CancelledKeyException e) {
      suspectClosed = true; // closed after the system call: reportClosed finds it
      return;
    }
    var known = (Registered) key.attachment();
    report(known, ready & known.interest);
  }

  private void report(Registered known, int readyOps) {
    if (readyOps != 0) {
      reports++;
      sink.ready(known.attachment, readyOps);
    }
  }

  private void cancelIdleKeys() {
    for (Registered each : idle) {
      each.inIdle = false;
      if (each.interest == 0 && registered.get(each.channel) == each) {
        drop(each);
      }
    }
    idle.clear();
  }

  /** Finds channels that were closed behind our back: rare, so a walk over all is good enough. */
  private void reportClosed() {
    for (Registered each : new ArrayList<>(registered.values())) {
      if (!each.key.isValid()) {
        drop(each);
        report(each, each.interest);
      }
    }
  }

  /** Milliseconds are all a selector knows; 0 would mean "for ever" to it. */
  private static long toMillisRoundedUp(long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return 0;
    }
    long millis = nanos / NANOS_PER_MILLI;
    return nanos % NANOS_PER_MILLI == 0 ? millis : millis + 1;
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  @Override
  public String name() {
    return NioReactorProvider.NAME;
  }

  @Override
  public void close() throws IOException {
    selector.close();
    registered.clear();
    idle.clear();
  }

  @Override
  public String toString() {
    return "nio reactor, " + registered.size() + " channels";
  }

  private static int toKeyOps(int interest) {
    return ((interest & READ) != 0 ? SelectionKey.OP_READ : 0)
        | ((interest & WRITE) != 0 ? SelectionKey.OP_WRITE : 0)
        | ((interest & ACCEPT) != 0 ? SelectionKey.OP_ACCEPT : 0)
        | ((interest & CONNECT) != 0 ? SelectionKey.OP_CONNECT : 0);
  }

  private static int fromKeyOps(int keyOps) {
    return ((keyOps & SelectionKey.OP_READ) != 0 ? READ : 0)
        | ((keyOps & SelectionKey.OP_WRITE) != 0 ? WRITE : 0)
        | ((keyOps & SelectionKey.OP_ACCEPT) != 0 ? ACCEPT : 0)
        | ((keyOps & SelectionKey.OP_CONNECT) != 0 ? CONNECT : 0);
  }

  /** One channel and what is wanted of it. */
  private static final class Registered {
    final SelectableChannel channel;
    int interest;
    Object attachment;
    boolean inIdle;

    @SuppressWarnings("NullAway.Init") // set by register(), which hands this object to the selector
    SelectionKey key;

    Registered(SelectableChannel channel, int interest, Object attachment) {
      this.channel = channel;
      this.interest = interest;
      this.attachment = attachment;
    }
  }
}
