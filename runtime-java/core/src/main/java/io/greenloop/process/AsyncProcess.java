package io.greenloop.process;

import static io.greenloop.Aio.gather;

import io.greenloop.Aio;
import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.EventLoop;
import io.greenloop.Registration;
import io.greenloop.Task;
import io.greenloop.TaskOptions;
import io.greenloop.WaitQueue;
import io.greenloop.Waiter;
import io.greenloop.net.BrokenPipeException;
import io.greenloop.net.StreamReader;
import io.greenloop.net.StreamWriter;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A child process (Python: {@code asyncio.subprocess.Process}).
 *
 * <pre>{@code
 * try (var sort = Aio.process(new ProcessBuilder("sort"))) {
 *   ProcessOutput sorted = sort.communicate(lines);
 * }
 * }</pre>
 *
 * <p>What a {@link ProcessBuilder} says holds; {@code Redirect.PIPE}, its default, makes {@link
 * #stdin}, {@link #stdout} and {@link #stderr}. A child whose output nobody reads is held up once
 * its pipe is full: read it, redirect it, or use {@link #communicate}. No loop waits for a silent
 * child, and no thread of ours does on Linux; elsewhere a thread per pipe carries the bytes.
 *
 * <p>{@link #close} it when you are done: its pipes are open until then, or until their ends have
 * been seen. The shutdown of the loop closes what is left.
 *
 * <p><b>Room:</b> loop.
 */
public final class AsyncProcess implements AutoCloseable {
  /** How long {@link #run} leaves a child that it has asked to end. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(5);

  private static final byte[] NOTHING = {};
  private static final int SIGNALLED = 128;
  private static final int MOST_SIGNALS = 64;

  private final EventLoop loop;
  private final Process process;
  private final String name;
  private final ChildPipes pipes;
  private final @Nullable StreamWriter stdin;
  private final @Nullable StreamReader stdout;
  private final @Nullable StreamReader stderr;
  private final WaitQueue<Integer, @Nullable Void> exitWaiters;
  private final Registration atShutdown;
  private OptionalInt exitCode = OptionalInt.empty();

  AsyncProcess(EventLoop loop, String program, Launch.Started started) throws IOException {
    this.loop = loop;
    process = started.process();
    name = "process " + process.pid() + " (" + program + ")";
    var exit = process.onExit();
    pipes = ChildPipes.adopt(started, name); // the last that may fail
    stdin = pipes.stdin();
    stdout = pipes.stdout();
    stderr = pipes.stderr();
    exitWaiters = new WaitQueue<>("the end of " + name, (code, none) -> {});
    atShutdown = loop.onShutdown(this::close);
    loop.wrap(exit).whenDone(done -> ended());
  }

  // ---- starting ----------------------------------------------------------------------------

  /** {@link #start(ProcessBuilder)} with pipes for its input, its output and its errors. */
  public static AsyncProcess start(String... command) throws IOException {
    return start(new ProcessBuilder(command));
  }

  /**
   * Starts a process; parks the calling task meanwhile (Python: {@code create_subprocess_exec}).
   *
   * @param builder is copied before this waits
   * @throws IOException if there is no such program or directory, it may not be run, or the system
   *     has no room for it
   * @throws CancelledError if the task is cancelled while it waits; the child is killed then
   * @throws IllegalStateException in a callback
   */
  public static AsyncProcess start(ProcessBuilder builder) throws IOException {
    return start(builder, false);
  }

  /**
   * {@link #start(ProcessBuilder)} for callbacks (Python: {@code loop.subprocess_exec}): the
   * protocol gets all that the process writes, so its outputs cannot be read any more. Its input is
   * written by {@code stdin().tryWrite(…)}. The protocol has been told when this returns.
   */
  public static AsyncProcess start(ProcessBuilder builder, SubprocessProtocol protocol)
      throws IOException {
    Objects.requireNonNull(protocol, "protocol");
    AsyncProcess process = start(builder, false);
    new ProtocolCalls(process, protocol).begin(process.stdin, process.stdout, process.stderr);
    return process;
  }

  /**
   * {@link #start(String...)} of a line for the system's shell (Python: {@code
   * create_subprocess_shell}). Never put text of others into it.
   */
  public static AsyncProcess startShell(String line) throws IOException {
    boolean windows = File.separatorChar == '\\';
    return windows ? start("cmd.exe", "/c", line) : start("/bin/sh", "-c", line);
  }

  static AsyncProcess start(ProcessBuilder builder, boolean pumped) throws IOException {
    WaitQueue.checkMayPark("start");
    EventLoop loop = EventLoop.current();
    var launch = new Launch(builder, pumped);
    String program = new File(builder.command().getFirst()).getName();
    try {
      Launch.Started started = onOwnThread(loop, launch);
      return new AsyncProcess(loop, program, started);
    } catch (Throwable e) {
      launch.abandon();
      throw e;
    }
  }

  private static <T> T onOwnThread(EventLoop loop, Callable<T> job) {
    return loop.<T>runInExecutor(Family.OWN_THREAD, job).join();
  }

  /** {@link #run(ProcessBuilder, byte[])} of a program that is given no input. */
  public static ProcessOutput run(ProcessBuilder builder) throws IOException {
    return run(builder, null);
  }

  /**
   * Starts a process, gives it {@code input}, and waits for its end (Python: {@code
   * subprocess.run}). A cancel, or a time limit around this, {@linkplain #stop stops} it and what
   * it has started, with a grace of {@link #DEFAULT_GRACE}; what it has left running at its own end
   * is no child of ours any more, and stays.
   *
   * @param input null if its standard input is no pipe, or shall be empty
   */
  public static ProcessOutput run(ProcessBuilder builder, byte @Nullable [] input)
      throws IOException {
    try (AsyncProcess started = start(builder)) {
      try {
        return started.communicate(input);
      } catch (CancelledError cancelled) {
        started.stop(DEFAULT_GRACE);
        throw cancelled;
      }
    }
  }

  // ---- what it is --------------------------------------------------------------------------

  /** Its number in the system. */
  public long pid() {
    return process.pid();
  }

  /** What it reads. {@code shutdownOutput()} is the end of its input. */
  public StreamWriter stdin() {
    return piped("stdin", stdin);
  }

  /** What it writes. */
  public StreamReader stdout() {
    return piped("stdout", stdout);
  }

  /** What it writes about errors. */
  public StreamReader stderr() {
    return piped("stderr", stderr);
  }

  private <T> T piped(String which, @Nullable T pipe) {
    if (pipe == null) {
      throw new IllegalStateException(
          which + " of " + name + " is no pipe: the ProcessBuilder has redirected it");
    }
    return pipe;
  }

  /**
   * Its exit code; empty while it runs (Python: {@code returncode}). One that a signal has ended
   * has 128 + the signal, as in a shell; Python says it as a negative number.
   */
  public OptionalInt exitCode() {
    return exitCode;
  }

  /**
   * The signal that has ended it; empty while it runs, after an exit of its own, and on Windows. A
   * program that exits with 128 + n of its own accord cannot be told from it.
   */
  public OptionalInt signal() {
    return exitCode.isEmpty() ? exitCode : signalOf(exitCode.getAsInt());
  }

  static OptionalInt signalOf(int code) {
    boolean signalled =
        code > SIGNALLED && code <= SIGNALLED + MOST_SIGNALS && File.separatorChar == '/';
    return signalled ? OptionalInt.of(code - SIGNALLED) : OptionalInt.empty();
  }

  // ---- waiting -----------------------------------------------------------------------------

  /**
   * Waits until it has ended (Python: {@code wait}). Any number of tasks may wait; a cancel harms
   * nobody. Its pipes may still hold what it has written, and children of its own may hold them
   * open.
   *
   * @return {@link #exitCode}
   */
  public int join() {
    loop.checkRoom("join on " + name);
    return exitCode.isPresent() ? exitCode.getAsInt() : exitWaiters.park("join", null);
  }

  /** {@link #join()} for {@code waiter}. */
  public void join(Waiter<Integer> waiter) {
    loop.checkRoom("join on " + name);
    exitWaiters.add(waiter, null);
    if (exitCode.isPresent()) {
      exitWaiters.serveAll(exitCode.getAsInt());
    }
  }

  private void ended() {
    int code = process.exitValue();
    exitCode = OptionalInt.of(code);
    if (pipes.areNone()) {
      atShutdown.remove();
    }
    exitWaiters.serveAll(code);
  }

  /**
   * Gives it {@code input} and then the end of its input, reads all that it writes, and waits until
   * it has ended; neither side can hold up the other. That it does not read all of its input is no
   * error. A cancel leaves it running.
   *
   * @param input null if its standard input is no pipe, or shall be empty
   */
  public ProcessOutput communicate(byte @Nullable [] input) throws IOException {
    loop.checkRoom("communicate on " + name);
    if (input != null && input.length > 0) {
      stdin();
    }
    var tasks = new ArrayList<Task<byte[]>>();
    try {
      tasks.add(spawn("feeds", () -> feed(input)));
      tasks.add(spawn("reads stdout of", () -> all(stdout)));
      tasks.add(spawn("reads stderr of", () -> all(stderr)));
      List<byte[]> results = gather(tasks).join();
      int code = join();
      atShutdown.remove();
      return new ProcessOutput(
          name,
          code,
          stdout == null ? null : results.get(1),
          stderr == null ? null : results.get(2));
    } finally {
      tasks.forEach(Task::cancel);
    }
  }

  private Task<byte[]> spawn(String verb, Callable<byte[]> body) {
    return loop.spawn(TaskOptions.named(verb + " " + name), body);
  }

  private static byte[] all(@Nullable StreamReader from) throws IOException {
    return from == null ? NOTHING : from.readAll();
  }

  private byte[] feed(byte @Nullable [] input) throws IOException {
    if (stdin == null) {
      return NOTHING;
    }
    try {
      if (input != null) {
        stdin.write(input);
      }
      stdin.close();
      stdin.awaitClosed();
    } catch (BrokenPipeException enough) {
      // It has ended, or reads no more, and wants none of what is left.
    }
    return NOTHING;
  }

  // ---- ending ------------------------------------------------------------------------------

  /**
   * Asks it to end (SIGTERM). Children of its own hear nothing of it.
   *
   * @throws ProcessEndedException if it is known to have ended
   */
  public void terminate() {
    checkRuns("terminate");
    process.destroy();
  }

  /**
   * Ends it at once (SIGKILL), but not its children.
   *
   * @throws ProcessEndedException if it is known to have ended
   */
  public void kill() {
    checkRuns("kill");
    process.destroyForcibly();
  }

  /**
   * Ends it and the processes it has started, and those they have, at once. No-op after its end.
   * Where the system does not say what a process has started, its whole table of processes is read.
   */
  public void killTree() {
    loop.checkRoom("killTree on " + name);
    Family.kill(process, List.of());
  }

  /**
   * Sends it a signal; parks the calling task unless it is TERM or KILL.
   *
   * @param signal its name: {@code HUP}, {@code USR1}; SIG may stand before it
   * @throws ProcessEndedException if it is known to have ended
   * @throws IllegalArgumentException if the system has no such signal
   * @throws UnsupportedOperationException on Windows, but for TERM and KILL
   */
  public void signal(String signal) {
    checkRuns("signal");
    String bare = signal.startsWith("SIG") ? signal.substring("SIG".length()) : signal;
    switch (bare) {
      case "TERM" -> process.destroy();
      case "KILL" -> process.destroyForcibly();
      default -> sendOther(bare);
    }
  }

  private void sendOther(String signal) {
    if (File.separatorChar == '\\') {
      throw new UnsupportedOperationException(
          "signal(" + signal + ") on " + name + ": Windows knows TERM and KILL only");
    }
    var kill =
        new ProcessBuilder("/bin/sh", "-c", "kill -s \"$0\" \"$1\"", signal, "" + pid())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    int code = onOwnThread(loop, () -> kill.start().waitFor());
    if (code != 0 && process.isAlive()) {
      throw new IllegalArgumentException(
          "signal(" + signal + ") on " + name + ": this system has no such signal");
    }
  }

  private void checkRuns(String operation) {
    loop.checkRoom(operation + " on " + name);
    if (exitCode.isPresent()) {
      throw new ProcessEndedException(
          operation + " on " + name + ": it has ended with exit code " + exitCode.getAsInt());
    }
  }

  /**
   * Ends it and the processes it has started: asks all of them to end (SIGTERM), waits until it has
   * ended, at most for {@code grace}, kills those that are left, and waits for its end. No-op after
   * it.
   *
   * @return {@link #exitCode}
   */
  public int stop(Duration grace) {
    Objects.requireNonNull(grace, "grace");
    loop.checkRoom("stop on " + name);
    if (exitCode.isPresent()) {
      return exitCode.getAsInt();
    }
    List<ProcessHandle> asked = List.of();
    try {
      asked = onOwnThread(loop, () -> Family.terminate(process));
      Aio.timeout(grace, () -> join());
    } catch (AsyncTimeoutException timeIsUp) {
      // It did not listen.
    } finally {
      Family.kill(process, asked); // left by a cancel: not the moment to be gentle
    }
    return join();
  }

  /**
   * Closes its pipes, and kills it with the processes it has started if it still runs. Never waits;
   * the system keeps nothing of it. Idempotent.
   */
  @Override
  public void close() {
    loop.checkRoom("close on " + name);
    atShutdown.remove();
    if (exitCode.isEmpty()) {
      killTree(); // before its pipes end, by which it may end, and its children not be found
    }
    pipes.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
