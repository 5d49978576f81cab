package io.greenloop.greenlet;

import io.greenloop.EventLoop;
import io.greenloop.LoopClosedException;
import io.greenloop.Promise;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The future of a greenlet's end. It is done in any case: when the greenlet ends, when its host
 * ends, and when the greenlet is dropped, which nobody can switch to any more.
 *
 * <p><b>Room:</b> the loop of its host, but for {@link #dropped}.
 */
final class EndFuture extends WeakReference<Greenlet> {
  final Promise<@Nullable Object> promise = EventLoop.current().newPromise();
  private final Open open;
  private final String greenlet;

  private EndFuture(Greenlet greenlet, Open open) {
    super(greenlet, Leaks.COLLECTED);
    this.open = open;
    this.greenlet = Texts.id(greenlet);
  }

  /**
   * Those of one host that are not done. It keeps them: a reference that is collected tells nobody.
   */
  static final class Open {
    private final Set<EndFuture> futures = new HashSet<>();

    EndFuture add(Greenlet greenlet) {
      EndFuture added = new EndFuture(greenlet, this);
      futures.add(added);
      return added;
    }

    void hostEnded(String host) {
      for (EndFuture future : List.copyOf(futures)) {
        future.fail("ended with its host, " + host);
      }
    }
  }

  /** The greenlet has ended; the future may have been cancelled. */
  void settle(@Nullable Object result, @Nullable Throwable failure) {
    open.futures.remove(this);
    clear();
    if (failure == null) {
      promise.tryComplete(result);
    } else {
      promise.tryCompleteExceptionally(failure);
    }
  }

  /** The greenlet was collected. Any thread. */
  void dropped() {
    try {
      promise
          .loop()
          .callSoonThreadsafe(
              () -> fail("was dropped before its end; refer to it until then, or close it"));
    } catch (LoopClosedException over) {
      return; // nobody waits there any more
    }
  }

  private void fail(String why) {
    settle(null, new GreenletError("toFuture: " + greenlet + " " + why));
  }
}
