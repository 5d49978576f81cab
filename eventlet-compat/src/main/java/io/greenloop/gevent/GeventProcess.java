package io.greenloop.gevent;

import io.greenloop.eventlet.internal.Sneaky;
import io.greenloop.greenlet.GreenletExit;
import io.greenloop.net.StreamReader;
import io.greenloop.net.StreamWriter;
import io.greenloop.process.AsyncProcess;
import io.greenloop.process.ProcessOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A process that greenlets wait for, and talk to (Python: {@code gevent.subprocess.Popen}). It can
 * be linked to, and waited for together with others.
 *
 * <p><b>Room:</b> greenlets of the loop on which it was started.
 */
public final class GeventProcess extends Linkable<GeventProcess>
    implements Waitable<GeventProcess>, AutoCloseable {
  private final AsyncProcess process;
  private @Nullable Greenlet<ProcessOutput> communicating;
  private boolean closed;

  /** It did not end in time (Python: {@code TimeoutExpired}); it still runs. */
  public static final class TimeoutExpired extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TimeoutExpired(GeventProcess process, Duration limit) {
      super(process + " did not end within " + limit);
    }
  }

  /** It ended with an exit code other than 0 (Python: {@code CalledProcessError}). */
  public static final class CalledProcessError extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    CalledProcessError(String command, int exitCode) {
      super(command + " ended with exit code " + exitCode);
      this.exitCode = exitCode;
    }

    /** How it ended. */
    public int exitCode() {
      return exitCode;
    }
  }

  private GeventProcess(AsyncProcess process) {
    super(false);
    this.process = process;
    Gevent.spawnRaw(
        () -> {
          process.join();
          notifyIfReady();
        });
  }

  /** Starts {@code command}. */
  public static GeventProcess start(String... command) throws IOException {
    return start(new ProcessBuilder(command));
  }

  /**
   * Starts what {@code builder} says; streams that it does not redirect are pipes.
   *
   * @throws IOException if there is no such program
   */
  public static GeventProcess start(ProcessBuilder builder) throws IOException {
    Hub.of("GeventProcess.start");
    return new GeventProcess(AsyncProcess.start(builder));
  }

  @Override
  GeventProcess self() {
    return this;
  }

  // ---- waiting -----------------------------------------------------------------------------

  /** Waits for its end (Python: {@code wait}); returns its exit code. */
  public int await() {
    if (!isReady()) {
      awaitLink("GeventProcess.await", null);
    }
    return process.exitCode().orElseThrow();
  }

  /**
   * {@link #await()}, at most {@code limit}.
   *
   * @throws TimeoutExpired when that is over; it runs on
   */
  public int await(Duration limit) {
    if (!isReady() && !awaitLink("GeventProcess.await", limit)) {
      throw new TimeoutExpired(this, limit);
    }
    return process.exitCode().orElseThrow();
  }

  /** Its exit code; empty while it runs. */
  public OptionalInt poll() {
    return process.exitCode();
  }

  @Override
  public boolean isReady() {
    return process.exitCode().isPresent();
  }

  /**
   * Sends {@code input}, and reads all that it writes until its end. A grandchild that keeps a pipe
   * open keeps this waiting.
   */
  public ProcessOutput communicate(byte @Nullable [] input) {
    Greenlet<ProcessOutput> talking = communication(input);
    talking.join();
    return outcomeOf(talking);
  }

  /**
   * {@link #communicate(byte[])}, at most {@code limit}. Call it again for the rest: nothing is
   * lost, and what was read before is part of the result.
   *
   * @throws TimeoutExpired when that is over
   */
  public ProcessOutput communicate(byte @Nullable [] input, Duration limit) {
    Greenlet<ProcessOutput> talking = communication(input);
    if (!talking.join(limit)) {
      throw new TimeoutExpired(this, limit);
    }
    return outcomeOf(talking);
  }

  private ProcessOutput outcomeOf(Greenlet<ProcessOutput> talking) {
    if (talking.isKilled()) {
      throw Sneaky.raise(new IOException("communicate with " + this + ": it was closed"));
    }
    return talking.get();
  }

  private Greenlet<ProcessOutput> communication(byte @Nullable [] input) {
    Greenlet<ProcessOutput> talking = communicating;
    if (talking == null) {
      talking = Gevent.<ProcessOutput>spawn(() -> talk(input));
      communicating = talking;
    }
    return talking;
  }

  /** Who was killed in {@link #communicate} closes the process, and nobody is left to be told. */
  private ProcessOutput talk(byte @Nullable [] input) throws IOException {
    try {
      return process.communicate(input);
    } catch (IOException failed) {
      if (closed) {
        throw new GreenletExit();
      }
      throw failed;
    }
  }

  // ---- its streams -------------------------------------------------------------------------

  /** What it reads. */
  public StreamWriter stdin() {
    return process.stdin();
  }

  /** What it writes. */
  public StreamReader stdout() {
    return process.stdout();
  }

  /** What it complains about. */
  public StreamReader stderr() {
    return process.stderr();
  }

  // ---- ending it ---------------------------------------------------------------------------

  /** Its number. */
  public long pid() {
    return process.pid();
  }

  /** Asks it to end. */
  public void terminate() {
    process.terminate();
  }

  /** Ends it. */
  public void kill() {
    process.kill();
  }

  /** Ends it, and all that it has started. */
  public void killTree() {
    process.killTree();
  }

  /** Ends it if it runs. */
  @Override
  public void close() {
    closed = true;
    process.close();
  }

  // ---- in one call -------------------------------------------------------------------------

  /** Runs {@code command} to its end (Python: {@code run} with {@code capture_output}). */
  public static ProcessOutput run(String... command) throws IOException {
    return run(new ProcessBuilder(command), null, null);
  }

  /**
   * Runs what {@code builder} says to its end.
   *
   * @param input what it reads; null for nothing
   * @param limit null for none; when it is over the process is killed
   * @throws TimeoutExpired when that is over
   */
  public static ProcessOutput run(
      ProcessBuilder builder, byte @Nullable [] input, @Nullable Duration limit)
      throws IOException {
    GeventProcess process = start(builder);
    boolean ended = false;
    try {
      ProcessOutput output =
          limit == null ? process.communicate(input) : process.communicate(input, limit);
      ended = true;
      return output;
    } finally {
      if (!ended) {
        process.killTree();
      }
    }
  }

  /** The exit code of {@code command} (Python: {@code call}). */
  public static int call(String... command) throws IOException {
    return start(new ProcessBuilder(command).inheritIO()).await();
  }

  /**
   * {@link #call}, which must be 0 (Python: {@code check_call}).
   *
   * @throws CalledProcessError if it is not
   */
  public static void checkCall(String... command) throws IOException {
    int exitCode = call(command);
    if (exitCode != 0) {
      throw new CalledProcessError(String.join(" ", command), exitCode);
    }
  }

  /**
   * What {@code command} writes (Python: {@code check_output}).
   *
   * @throws CalledProcessError if its exit code is not 0
   */
  public static byte[] checkOutput(String... command) throws IOException {
    ProcessOutput output = run(command);
    if (output.exitCode() != 0) {
      throw new CalledProcessError(String.join(" ", command), output.exitCode());
    }
    byte[] written = output.stdout();
    return written == null ? new byte[0] : written;
  }

  @Override
  public String toString() {
    return process.toString();
  }
}
