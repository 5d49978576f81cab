package io.greenloop.gevent;

import io.greenloop.EventLoop;
import io.greenloop.Registration;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Event}, {@link AsyncResult} and {@link Semaphore} have in common: links that are
 * called, in their order, by one callback of the hub, once the object is ready. A waiting greenlet
 * is a link that resumes it.
 *
 * <p>It belongs to the loop that links to it first, so that it may be made anywhere.
 *
 * @param <S> the type itself
 */
abstract class Linkable<S extends Waitable<S>> implements Waitable<S> {
  private final ArrayDeque<Consumer<? super S>> links = new ArrayDeque<>(0);
  private final List<Consumer<? super S>> late = new ArrayList<>(0); // came during a notification
  private final boolean onlyWhileReady;
  private volatile @Nullable Hub hub;
  private boolean notifying; // from its scheduling to its end

  /**
   * @param onlyWhileReady whether a link may make this not ready again, for those behind it
   */
  Linkable(boolean onlyWhileReady) {
    this.onlyWhileReady = onlyWhileReady;
    this.hub = Hub.hereOrNull();
  }

  abstract S self();

  // ---- links -------------------------------------------------------------------------------

  @Override
  public final Registration rawLink(Consumer<? super S> callback) {
    Objects.requireNonNull(callback, "callback");
    hub("rawLink");
    links.add(callback);
    notifyIfReady();
    return () -> removeLink(callback);
  }

  @Override
  public final void unlink(Consumer<? super S> callback) {
    removeLink(callback);
  }

  private boolean removeLink(Consumer<? super S> callback) {
    return links.remove(callback) || late.remove(callback);
  }

  /** How many links and waiting greenlets there are. */
  final int linkCount() {
    return links.size();
  }

  /**
   * Runs {@code change} on the loop, now if the caller is there; it is free to run anywhere while
   * no loop knows this object.
   */
  final void change(String operation, Runnable change) {
    Hub owner = hub;
    if (owner == null) {
      owner = changeUnlessOwned(change);
    }
    if (owner == null) {
      return;
    }
    if (EventLoop.currentOrNull() == owner.eventLoop()
        || (!owner.eventLoop().isRunning() && owner.isSetUp(operation))) {
      change.run();
    } else {
      owner.checkAlive(operation);
      owner.eventLoop().callSoonThreadsafe(change);
    }
  }

  /** Null if it ran {@code change}; else whose this has become. Nobody links meanwhile. */
  private @Nullable Hub changeUnlessOwned(Runnable change) {
    synchronized (links) {
      Hub owner = hub;
      if (owner == null) {
        hub = Hub.hereOrNull();
        change.run();
      }
      return owner;
    }
  }

  /** The hub that it belongs to: that of the caller, if it has none. */
  final Hub hub(String operation) {
    Hub owner = hub;
    if (owner == null) {
      owner = claim(operation);
    }
    owner.checkHere(operation, this);
    return owner;
  }

  private Hub claim(String operation) {
    synchronized (links) {
      Hub owner = hub;
      if (owner == null) {
        owner = Hub.of(operation);
        hub = owner;
      }
      return owner;
    }
  }

  // ---- notifying ---------------------------------------------------------------------------

  final void notifyIfReady() {
    Hub owner = hub;
    if (owner != null && !notifying && !links.isEmpty() && isReady()) {
      notifying = true;
      owner.runCallback(() -> notifyLinks(owner));
    }
  }

  private void notifyLinks(Hub owner) {
    try {
      callUpTo(links.peekLast(), links, owner);
      if (!late.isEmpty()) {
        var came = new ArrayDeque<>(late);
        late.clear();
        callUpTo(came.peekLast(), came, owner);
        links.addAll(came);
        links.addAll(late); // came again when it was called
        late.clear();
      }
    } finally {
      notifying = false;
    }
    notifyIfReady();
  }

  /** What is linked meanwhile stands behind {@code last}, and is for the next time. */
  private void callUpTo(
      @Nullable Consumer<? super S> last, ArrayDeque<Consumer<? super S>> from, Hub owner) {
    for (Consumer<? super S> link = null; link != last && !from.isEmpty(); ) {
      if (onlyWhileReady && !isReady()) {
        return;
      }
      link = from.poll();
      try {
        if (link != null) {
          link.accept(self());
        }
      } catch (Throwable thrown) {
        owner.handleError(this, thrown);
      }
    }
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** A link that resumes one greenlet. */
  static final class Resume<S> implements Consumer<S> {
    private final Waiter<S> waiter;

    Resume(Hub hub, Object subject) {
      waiter = new Waiter<>(hub, "", subject);
    }

    @Override
    public void accept(S source) {
      waiter.switchTo(source);
    }

    boolean awaitWithin(@Nullable Duration limit) {
      return waiter.awaitWithin(limit);
    }
  }

  /** Links, and waits for the link; false if {@code limit} is over before. */
  final boolean awaitLink(String operation, @Nullable Duration limit) {
    Hub owner = hub(operation);
    owner.checkMayWait(operation);
    Resume<S> resume = new Resume<>(owner, this);
    rawLink(resume);
    return awaitOrUnlink(resume, limit);
  }

  /** Of an object that is ready: lets those who waited before go first. */
  final void letOthersGoFirst(String operation) {
    Hub owner = hub(operation);
    if (notifying) {
      owner.checkMayWait(operation);
      Resume<S> resume = new Resume<>(owner, this);
      late.add(resume);
      awaitOrUnlink(resume, null);
    }
  }

  private boolean awaitOrUnlink(Resume<S> resume, @Nullable Duration limit) {
    boolean linked = true;
    try {
      linked = !resume.awaitWithin(limit);
      return !linked;
    } finally {
      if (linked) {
        removeLink(resume);
      }
    }
  }
}
