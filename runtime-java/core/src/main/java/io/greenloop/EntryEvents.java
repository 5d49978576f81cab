package io.greenloop;

import io.greenloop.internal.loop.LoopHooks;
import io.greenloop.internal.trace.UserFrames;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** What the core tells about the entries it runs. */
final class EntryEvents implements LoopHooks {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final EventLoop loop;

  EntryEvents(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public boolean failed(Throwable thrown, Object action, @Nullable Object owner) {
    if (Fatal.isFatal(thrown)) {
      return true;
    }
    String what = action instanceof Callback c ? c.toString() : Names.ofBody(action);
    try {
      loop.report(
          new ErrorContext(
              what + " threw " + thrown.getClass().getName(),
              thrown,
              owner instanceof Task<?> task ? task : null,
              null,
              action instanceof Handle handle ? handle : null));
    } catch (Throwable fatal) { // by the exception handler: it must not end the hub unheard
      loop.core().failRun(fatal);
    }
    return false;
  }

  @Override
  public void slow(long nanos, Object action, @Nullable Object owner) {
    String what;
    if (owner instanceof Task<?> task) {
      what = task.describeWithLine();
    } else if (action instanceof Callback callback) {
      what = callback.toString();
    } else {
      what = Names.ofBody(action);
      if (!UserFrames.isTheUsers(what)) {
        return; // nobody can do anything about a slow step of ours
      }
    }
    System.getLogger("io.greenloop")
        .log(
            Level.WARNING,
            "{0}: {1} ran for {2} ms without letting the loop go on (threshold {3} ms);"
                + " Aio.toThread runs long work on another thread",
            loop,
            what,
            nanos / NANOS_PER_MILLI,
            loop.slowCallbackThreshold().toMillis());
  }

  @Override
  public boolean ran(long nanos, Object owner) {
    return owner instanceof Task<?> task && task.ran(nanos, loop.taskBudgetNanos());
  }

  @Override
  public void overBudget(Object owner) {
    System.getLogger("io.greenloop")
        .log(
            Level.WARNING,
            "{0}: {1} has run for more than {2} ms in all, its budget; move the work to another"
                + " thread by Aio.toThread, or raise the budget by LoopOptions.withTaskBudget",
            loop,
            ((Task<?>) owner).describeWithLine(),
            loop.taskBudgetNanos() / NANOS_PER_MILLI);
  }

  @Override
  public void nothingCanWakeUs() {
    if (!loop.idle().callAll()) {
      DeadLock.check(loop);
    }
  }

  @Override
  public boolean wantsInterrupt(Object owner) {
    return owner instanceof StackfulTask<?> task && task.wantsInterrupt();
  }

  @Override
  public void interrupt(Object owner) {
    ((StackfulTask<?>) owner).interruptIfWanted();
  }
}
