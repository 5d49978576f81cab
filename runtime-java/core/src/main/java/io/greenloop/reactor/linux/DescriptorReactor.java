package io.greenloop.reactor.linux;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReadySink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an engine on descriptors has to remember: which channels are watched, what of that the
 * kernel has not been told yet, and which were closed. Carrier room, but for {@link #wakeup},
 * {@link #read} and {@link #write}.
 *
 * <p>A change of interest is noted, and told to the kernel by the next poll, if it is still a
 * change then.
 *
 * @param <W> what the engine keeps of one channel
 */
public abstract class DescriptorReactor<W extends Watched> implements Reactor {
  private static final System.Logger LOG = System.getLogger("io.greenloop");

  private final Registrations registrations = new Registrations(this::wakeup);

  /** A channel in here is registered: its descriptor is open, whoever has closed the channel. */
  private final Map<SelectableChannel, W> watched = new IdentityHashMap<>();

  private final SocketCalls calls = new SocketCalls();
  private final Waker waker;

  /** Watched channels whose interest may differ from what the kernel was told. */
  private final ArrayList<W> changes = new ArrayList<>();

  /** Channels that were closed, that the kernel has forgotten, and that are not yet reported. */
  private final ArrayList<W> closedOnes = new ArrayList<>();

  /** Channels that the kernel does not watch as it was told to, and that are not yet reported. */
  private final ArrayList<Refused> refusedOnes = new ArrayList<>();

  private record Refused(Object attachment, IOException cause) {}

  private boolean closed;

  /**
   * An engine without channels.
   *
   * @throws IOException if there is no descriptor left
   */
  protected DescriptorReactor() throws IOException {
    waker = new Waker();
  }

  // ---- what an engine does its own way ---------------------------------------------------------

  /** What to keep of a channel that was just registered. */
  protected abstract W newWatched(SelectableChannel channel);

  /** Has the kernel watch a channel that somebody is interested in for the first time. */
  protected abstract void add(W fresh) throws IOException;

  /** Tells the kernel that the interest, which is not 0, may have changed. */
  protected abstract void change(W known) throws IOException;

  /**
   * Has the kernel forget a channel, also one it does not know: its descriptor may be closed next.
   */
  protected abstract void forget(W gone) throws IOException;

  /** Asks for events, without waiting. */
  protected abstract int ask() throws IOException;

  /** Waits for events. */
  protected abstract int await(long timeoutNanos) throws IOException;

  /** Reports the {@code found} events of the last wait. */
  protected abstract int reportEvents(int found, ReadySink sink) throws IOException;

  /** Releases what the engine has of the operating system. */
  protected abstract void closeEngine() throws IOException;

  // ---- interest ----------------------------------------------------------------------------

  @Override
  public final void update(SelectableChannel channel, int interest, @Nullable Object attachment)
      throws IOException {
    W known = watched.get(channel);
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
      known = register(channel);
      known.interest = interest;
      known.attachment = attachment;
      try {
        add(known);
      } catch (IOException e) {
        letGo(known);
        throw e;
      }
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

  /** What is kept of {@code channel}, which is registered if it was not yet. */
  protected final W known(SelectableChannel channel) throws IOException {
    W known = watched.get(channel);
    if (known != null && channel.isOpen()) {
      return known;
    }
    return register(channel); // refuses one that is closed
  }

  private W register(SelectableChannel channel) throws IOException {
    if (!ChannelInsides.isKnown(channel)) {
      throw new IllegalArgumentException(
          "update: "
              + channel.getClass().getName()
              + " is no channel of the JDK's default selector provider");
    }
    Registrations.Key key = registrations.register(channel);
    W fresh = newWatched(channel);
    fresh.key = key;
    key.attach(fresh);
    watched.put(channel, fresh);
    return fresh;
  }

  /** Looks at {@code changed} before the next wait. */
  protected final void note(W changed) {
    if (!changed.noted) {
      changed.noted = true;
      changes.add(changed);
    }
  }

  private void applyChanges() {
    for (W each : changes) {
      each.noted = false;
      if (each.gone) {
        continue;
      }
      if (each.interest != 0) {
        applyChange(each);
      }
      if (each.interest == 0 && each.holds == 0) {
        letGo(each);
      }
    }
    changes.clear();
  }

  /** What fails is the concern of who waits for that channel, and of nobody else. */
  private void applyChange(W changed) {
    try {
      change(changed);
    } catch (IOException e) {
      refusedOnes.add(new Refused(changed.attachment, e));
      changed.interest = 0;
    }
  }

  private void letGo(W each) {
    watched.remove(each.key.channel(), each);
    each.gone = true;
    try {
      forget(each);
    } catch (IOException e) { // it does not know the channel; or what it still says is not heard
      LOG.log(System.Logger.Level.DEBUG, "forget " + each.key.channel(), e);
    } finally {
      registrations.release(each.key);
    }
  }

  // ---- reading and writing -----------------------------------------------------------------

  @Override
  public final int read(SocketChannel channel, ByteBuffer target) throws IOException {
    W known = watched.get(channel);
    if (known == null || !channel.isOpen() || !SocketCalls.isSmall(target) || isNoTarget(target)) {
      return channel.read(target);
    }
    return calls.receive(known.descriptor(), target);
  }

  /** Such as the channel knows the answer to. */
  private static boolean isNoTarget(ByteBuffer target) {
    return !target.hasRemaining() || target.isReadOnly();
  }

  @Override
  public final int write(SocketChannel channel, ByteBuffer source) throws IOException {
    W known = watched.get(channel);
    if (known == null || !channel.isOpen() || !SocketCalls.isSmall(source)) {
      return channel.write(source);
    }
    return calls.send(known.descriptor(), source);
  }

  // ---- polling -----------------------------------------------------------------------------

  @Override
  public final int poll(long timeoutNanos, ReadySink sink) throws IOException {
    releaseClosed();
    applyChanges();
    boolean waits = timeoutNanos > 0 && closedOnes.isEmpty() && refusedOnes.isEmpty();
    int found = waits ? interruptibly(timeoutNanos) : ask();
    releaseClosed(); // before the sink runs: what it closes is the next poll's to report
    return reportClosed(sink) + reportRefused(sink) + reportEvents(found, sink);
  }

  private int interruptibly(long timeoutNanos) throws IOException {
    registrations.beginWait();
    try {
      return await(timeoutNanos);
    } finally {
      registrations.endWait();
    }
  }

  /** Tells {@code sink} of {@code events}, if they are what is wanted of an open channel. */
  protected static int report(Watched found, int events, ReadySink sink) {
    if (!found.key.channel().isOpen()) {
      return 0; // the end of a closed channel is reported apart, once
    }
    int ready = found.interest & PollEvents.toInterest(events);
    if (ready == 0) {
      return 0;
    }
    sink.ready(found.attachment, ready);
    return 1;
  }

  @SuppressWarnings("unchecked") // nobody else attaches anything to keys of ours
  private void releaseClosed() {
    List<Registrations.Key> keys = registrations.takeClosed();
    for (Registrations.Key each : keys) {
      W attached = (W) each.attachment();
      if (attached != null && !attached.gone) {
        letGo(attached);
        closedOnes.add(attached);
      }
    }
  }

  private int reportClosed(ReadySink sink) {
    if (closedOnes.isEmpty()) {
      return 0;
    }
    int reports = 0;
    for (W each : closedOnes) {
      if (each.interest != 0) {
        sink.ready(each.attachment, each.interest);
        reports++;
      }
    }
    closedOnes.clear();
    return reports;
  }

  private int reportRefused(ReadySink sink) {
    int reports = refusedOnes.size();
    for (Refused each : refusedOnes) {
      sink.refused(each.attachment, each.cause);
    }
    refusedOnes.clear();
    return reports;
  }

  // ---- the rest ----------------------------------------------------------------------------

  /** What ends a wait. */
  protected final Waker waker() {
    return waker;
  }

  @Override
  public final void wakeup() {
    waker.wake();
  }

  @Override
  public final void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      try {
        releaseClosed();
      } finally {
        closeEngine();
      }
    } finally { // what fails first is thrown, and nothing is left open for it
      for (W each : watched.values()) {
        registrations.release(each.key);
      }
      watched.clear();
      waker.close();
      registrations.close();
    }
  }

  @Override
  public final String toString() {
    return name() + " reactor, " + watched.size() + " channels";
  }
}
