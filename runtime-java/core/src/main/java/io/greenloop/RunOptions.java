package io.greenloop;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How to run a program (Python: the keywords of {@code asyncio.run}, and more). Immutable. */
public final class RunOptions {
  /** Default loop, no time limit, Ctrl-C handled when run on the JVM's main thread. */
  public static final RunOptions DEFAULT =
      new RunOptions(null, null, null, null, null, null, false);

  private final @Nullable Boolean debug;
  private final @Nullable Duration timeout;
  private final @Nullable Boolean handleInterrupt;
  private final @Nullable Supplier<EventLoop> loopFactory;
  private final @Nullable Consumer<String> whenStuck;
  private final @Nullable Consumer<String> whenTerminationStuck;
  private final boolean reportsDeadLock;

  private RunOptions(
      @Nullable Boolean debug,
      @Nullable Duration timeout,
      @Nullable Boolean handleInterrupt,
      @Nullable Supplier<EventLoop> loopFactory,
      @Nullable Consumer<String> whenStuck,
      @Nullable Consumer<String> whenTerminationStuck,
      boolean reportsDeadLock) {
    this.debug = debug;
    this.timeout = timeout;
    this.handleInterrupt = handleInterrupt;
    this.loopFactory = loopFactory;
    this.whenStuck = whenStuck;
    this.whenTerminationStuck = whenTerminationStuck;
    this.reportsDeadLock = reportsDeadLock;
  }

  /** Debug mode on or off, whatever the loop's default is. */
  public RunOptions debug(boolean debug) {
    return new RunOptions(
        debug,
        timeout,
        handleInterrupt,
        loopFactory,
        whenStuck,
        whenTerminationStuck,
        reportsDeadLock);
  }

  /**
   * A time limit for the main task: when it passes, main is cancelled, its cleanup runs, and {@code
   * run} throws {@link AsyncTimeoutException}. CPython has no such parameter.
   */
  public RunOptions timeout(Duration limit) {
    return new RunOptions(
        debug,
        limit,
        handleInterrupt,
        loopFactory,
        whenStuck,
        whenTerminationStuck,
        reportsDeadLock);
  }

  /**
   * Whether Ctrl-C cancels the main task, whose caller then gets {@link
   * InterruptedByUserException}. By default only on the JVM's main thread.
   */
  public RunOptions handleInterrupt(boolean handle) {
    return new RunOptions(
        debug, timeout, handle, loopFactory, whenStuck, whenTerminationStuck, reportsDeadLock);
  }

  /** Makes the loop, which is closed at the end. */
  public RunOptions loopFactory(Supplier<EventLoop> factory) {
    return new RunOptions(
        debug, timeout, handleInterrupt, factory, whenStuck, whenTerminationStuck, reportsDeadLock);
  }

  /**
   * What to do when a handled Ctrl-C leads nowhere: the loop does not respond for two seconds, to
   * it or later in the cleanup, or the user presses again. By default the second one ends the run.
   *
   * @param action takes a report of what holds the loop, at which line, and what is not cleaned up;
   *     usually prints it and halts the JVM. Runs on a thread of its own
   */
  public RunOptions whenStuck(Consumer<String> action) {
    return new RunOptions(
        debug,
        timeout,
        handleInterrupt,
        loopFactory,
        action,
        whenTerminationStuck,
        reportsDeadLock);
  }

  /**
   * Has SIGTERM, which {@code kill}, containers and service managers send, cancel the main task as
   * Ctrl-C does; its caller gets an {@link InterruptedByUserException} that says so. A further
   * SIGTERM does nothing: who has no patience sends SIGKILL. A handler that {@link
   * EventLoop#addSignalHandler} installs during the run has it instead.
   *
   * <p>By default nobody handles it, as in asyncio: the JVM runs its shutdown hooks and ends with
   * 143, and no cleanup of a task runs.
   *
   * @param whenStuck what to do when the loop does not respond for two seconds, to the signal or
   *     later in the cleanup; as the action of {@link #whenStuck}
   */
  public RunOptions handleTermination(Consumer<String> whenStuck) {
    return new RunOptions(
        debug, timeout, handleInterrupt, loopFactory, this.whenStuck, whenStuck, reportsDeadLock);
  }

  /**
   * A proven dead-lock is told to the loop's exception handler, which logs it, and the run waits
   * on; otherwise main gets {@link LoopExit}. eventlet's programs run like this: its hub waits for
   * ever.
   */
  public RunOptions reportDeadLock() {
    return new RunOptions(
        debug, timeout, handleInterrupt, loopFactory, whenStuck, whenTerminationStuck, true);
  }

  EventLoop newLoop() {
    EventLoop loop = loopFactory == null ? EventLoop.create() : loopFactory.get();
    if (debug != null) {
      loop.setDebug(debug);
    }
    loop.runs().reportDeadLock(reportsDeadLock);
    return loop;
  }

  /** Whether the loop is installed as the thread's current one: not when the caller made it. */
  boolean installsLoop() {
    return loopFactory == null;
  }

  @Nullable Duration timeoutOrNull() {
    return timeout;
  }

  @Nullable Consumer<String> whenStuckOrNull() {
    return whenStuck;
  }

  @Nullable Consumer<String> whenTerminationStuckOrNull() {
    return whenTerminationStuck;
  }

  boolean handlesInterrupt() {
    return handleInterrupt == null ? Interruption.isHandledHere() : handleInterrupt;
  }
}
