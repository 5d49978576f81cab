package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.fiber.RunningFiber;
import io.greenloop.internal.loop.Strand;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A task whose body runs on a virtual thread of the loop. */
final class StackfulTask<T extends @Nullable Object> extends Task<T> {
  private final Strand strand;
  private @Nullable Callable<? extends T> body;
  private final Class<?> bodyType;
  private @Nullable Thread interrupted; // of the request that is pending

  StackfulTask(EventLoop loop, TaskOptions options, Callable<? extends T> body) {
    super(loop, options);
    this.body = body;
    this.bodyType = body.getClass();
    this.strand = Strand.create(loop.core(), this, this::runBody);
    if (loop.isDebug()) {
      strand.thread().setName(name()); // for the JDK's thread dumps
    }
  }

  Strand strand() {
    return strand;
  }

  @Override
  Strand strandOrNull() {
    return strand;
  }

  private void runBody() {
    Callable<? extends T> toRun = present(body);
    body = null;
    if (mustCancel()) { // cancelled before its first step: nothing runs
      neverRun(toRun, new CancelledError(cancelReason()));
      tryCancel(new Failure(cancelReason()));
      return;
    }
    try {
      Throwable before = takeInjected();
      if (before != null) {
        neverRun(toRun, before);
        throw before;
      }
      bodyReturned(toRun.call());
    } catch (Throwable thrown) {
      if (bodyThrew(thrown)) {
        loop().core().failRun(thrown);
      }
    }
  }

  private static void neverRun(Callable<?> body, Throwable reason) {
    if (body instanceof TaskBody<?> wantsToKnow) {
      wantsToKnow.neverRun(reason);
    }
  }

  @Override
  void cancelOutside(@Nullable String reason) {
    interruptSent = false; // each request interrupts once
    if (strand.isForeign()) {
      interruptIfWanted();
    }
  }

  /** Whether a request is pending that has not been turned into an interrupt yet. */
  boolean wantsInterrupt() {
    return (mustCancel() || hasInjected()) && !interruptSent;
  }

  void interruptIfWanted() {
    if (wantsInterrupt() && strand.isForeign()) {
      interruptSent = true;
      Thread parked = strand.foreignThread();
      interrupted = parked;
      parked.interrupt();
    }
  }

  @Override
  boolean interruptWasHeard() {
    return interruptSent && interrupted != null && !interrupted.isInterrupted();
  }

  @Override
  void clearInterrupt() {
    if (interruptSent) {
      interruptSent = false;
      if (Thread.currentThread() == interrupted) {
        Thread.interrupted();
      }
      interrupted = null;
    }
  }

  @Override
  public StackTraceElement[] stackTrace() {
    return isDone()
        ? stackOfOutcome()
        : RunningFiber.on(strand.thread(), null).thread().getStackTrace();
  }

  /** The class of its body, for reports. */
  Class<?> bodyType() {
    return bodyType;
  }
}
