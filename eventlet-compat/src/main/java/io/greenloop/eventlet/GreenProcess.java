package io.greenloop.eventlet;

import io.greenloop.eventlet.internal.Limits;
import io.greenloop.net.StreamReader;
import io.greenloop.net.StreamWriter;
import io.greenloop.process.AsyncProcess;
import io.greenloop.process.ProcessOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;

/**
 * A child process whose pipes and whose end one waits for without holding the loop (Python: {@code
 * eventlet.green.subprocess.Popen}). Room: loop, in a task, or a plain thread.
 */
public final class GreenProcess implements AutoCloseable {
  private final AsyncProcess process;

  private GreenProcess(AsyncProcess process) {
    this.process = process;
  }

  /** Starts {@code command}, without a shell, with pipes to it. */
  public static GreenProcess start(String... command) throws IOException {
    return start(new ProcessBuilder(command));
  }

  /** Starts what {@code builder} says. */
  public static GreenProcess start(ProcessBuilder builder) throws IOException {
    return Eventlet.awaiting(() -> new GreenProcess(AsyncProcess.start(builder)));
  }

  /** Its exit code; waits for its end (Python: {@code wait}). */
  public int await() {
    return Eventlet.<Integer>awaiting(process::join);
  }

  /**
   * {@link #await()}, at most {@code limit}.
   *
   * @throws TimeoutException if it runs on (Python: {@code TimeoutExpired})
   */
  public int await(Duration limit) throws TimeoutException {
    if (!Eventlet.<Boolean>awaiting(
        () -> Limits.within("GreenProcess.await", limit, process::join))) {
      throw new TimeoutException(this + " did not end within " + limit);
    }
    return await();
  }

  /** Its exit code if it has ended (Python: {@code poll}). */
  public OptionalInt poll() {
    return process.exitCode();
  }

  /** Gives it {@code input}, and all it says until its end. */
  public ProcessOutput communicate(byte[] input) throws IOException {
    return Eventlet.awaiting(() -> process.communicate(input));
  }

  /** What it reads. */
  public StreamWriter stdin() {
    return process.stdin();
  }

  /** What it says. */
  public StreamReader stdout() {
    return process.stdout();
  }

  /** What it complains about. */
  public StreamReader stderr() {
    return process.stderr();
  }

  /** Asks it to end. */
  public void terminate() {
    process.terminate();
  }

  /** Ends it. */
  public void kill() {
    process.kill();
  }

  /** Its number in the operating system. */
  public long pid() {
    return process.pid();
  }

  /** Ends it if it runs, and its pipes. */
  @Override
  public void close() {
    process.close();
  }

  /** The process below, for what more it can do. */
  public AsyncProcess process() {
    return process;
  }

  @Override
  public String toString() {
    return process.toString();
  }
}
