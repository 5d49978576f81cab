package io.greenloop.flow;

import io.greenloop.CancelledError;
import io.greenloop.ErrorContext;
import io.greenloop.EventLoop;
import io.greenloop.LoopClosedException;
import io.greenloop.Promise;
import io.greenloop.Task;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A task for each subscriber, which gives what it is asked for. */
final class TaskPublisher<T> implements Flow.Publisher<T> {
  private final EventLoop loop;
  private final Callable<? extends Iterable<? extends T>> source;

  TaskPublisher(EventLoop loop, Callable<? extends Iterable<? extends T>> source) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.source = Objects.requireNonNull(source, "source");
  }

  @Override
  public void subscribe(Flow.Subscriber<? super T> subscriber) {
    var emission = new Emission(Objects.requireNonNull(subscriber, "subscriber"));
    try {
      var _ =
          start(Executors.callable(emission::run))
              .whenComplete((_, failure) -> emission.taskEnded(failure));
    } catch (RuntimeException refused) { // a closed loop, too many tasks
      emission.taskEnded(refused);
    }
  }

  private CompletableFuture<Object> start(Callable<Object> body) {
    try {
      loop.checkRoom("subscribe");
    } catch (WrongThreadException elsewhere) {
      return loop.submit(body);
    }
    return loop.spawn(body).toCompletableFuture();
  }

  /** One subscription. */
  private final class Emission implements Flow.Subscription {
    private final Flow.Subscriber<? super T> subscriber;
    private volatile boolean cancelled;

    /** A loop that closes lets it run on elsewhere: it then hears from there how it ends. */
    private volatile boolean withSubscriber;

    private volatile boolean begun;

    // On the loop only.
    private long demand;
    private @Nullable IllegalArgumentException refused;
    private @Nullable Promise<@Nullable Void> news;
    private @Nullable Task<?> task;
    private boolean taking; // it is in the source, not with the subscriber

    Emission(Flow.Subscriber<? super T> subscriber) {
      this.subscriber = subscriber;
    }

    /** The task. */
    void run() {
      task = Task.currentOrNull();
      begun = true;
      withSubscriber = true;
      subscriber.onSubscribe(this);
      withSubscriber = false;
      try {
        emit();
      } catch (CancelledError end) {
        if (cancelled) {
          return; // by the subscriber, which wants to hear nothing of it
        }
        signalError(new IllegalStateException("the task of the publisher was cancelled", end));
        throw end;
      } catch (Throwable thrown) {
        withSubscriber = false;
        signalError(thrown);
      }
    }

    /** Its task has ended without a word: it has never begun, or will never go on. */
    void taskEnded(@Nullable Throwable failure) {
      if (failure == null) {
        return;
      }
      if (cancelled || withSubscriber) { // it has ended, or goes on elsewhere
        boolean itsOwn = failure instanceof CancellationException;
        if (!itsOwn && !(failure instanceof LoopClosedException)) {
          loop.report(ErrorContext.of("a subscriber threw, which rule 2.13 forbids", failure));
        }
        return;
      }
      if (!begun) {
        subscriber.onSubscribe(this); // must come before any other signal
      }
      signalError(
          failure instanceof CancellationException
              ? new IllegalStateException("the task of the publisher was cancelled", failure)
              : failure);
    }

    private void emit() throws Exception {
      Iterator<? extends T> items = null;
      while (isWanted()) {
        T item = null;
        taking = true;
        try {
          if (items == null) {
            items = source.call().iterator();
          }
          if (items.hasNext()) {
            item = Objects.requireNonNull(items.next(), "item");
          }
        } finally {
          taking = false;
        }
        if (cancelled) {
          return;
        }
        if (item == null) {
          cancelled = true;
          subscriber.onComplete();
          return;
        }
        demand--;
        withSubscriber = true;
        subscriber.onNext(item);
        withSubscriber = false;
      }
    }

    /** Parks until an item is asked for; false if none will be. */
    private boolean isWanted() {
      while (demand == 0 && !cancelled && refused == null) {
        Promise<@Nullable Void> waited = loop.newPromise(); // a signal from outside ends it
        news = waited;
        waited.join();
      }
      if (refused != null) {
        throw refused;
      }
      return !cancelled;
    }

    private void signalError(Throwable thrown) {
      if (!cancelled) {
        cancelled = true;
        subscriber.onError(thrown);
      }
    }

    @Override
    public void request(long count) {
      post(
          () -> {
            if (count <= 0) {
              refused =
                  new IllegalArgumentException(
                      "request: count = " + count + " (expected > 0), rule 3.9");
            } else {
              demand = demand > Long.MAX_VALUE - count ? Long.MAX_VALUE : demand + count;
            }
            tell();
          });
    }

    @Override
    public void cancel() {
      cancelled = true;
      post(
          () -> {
            if (taking && task != null) {
              task.cancel("its subscription was cancelled");
            }
            tell();
          });
    }

    private void tell() {
      if (news != null) {
        news.tryComplete(null);
        news = null;
      }
    }

    /** A closed loop has ended the task, and with it the subscription. */
    private void post(Runnable action) {
      try {
        loop.callSoonThreadsafe(action);
      } catch (LoopClosedException closed) {
        return;
      }
    }
  }
}
