package io.greenloop.process;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** How a process ended and what it wrote (Python: {@code subprocess.CompletedProcess}). */
public final class ProcessOutput {
  private final String name;
  private final int exitCode;
  private final byte @Nullable [] stdout;
  private final byte @Nullable [] stderr;

  ProcessOutput(String name, int exitCode, byte @Nullable [] stdout, byte @Nullable [] stderr) {
    this.name = name;
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** As {@link AsyncProcess#exitCode}. */
  public int exitCode() {
    return exitCode;
  }

  /** As {@link AsyncProcess#signal()}. */
  public OptionalInt signal() {
    return AsyncProcess.signalOf(exitCode);
  }

  /** What came from its standard output; null if that was no pipe. */
  public byte @Nullable [] stdout() {
    return stdout == null ? null : stdout.clone();
  }

  /** What came from its standard error; null if that was no pipe of its own. */
  public byte @Nullable [] stderr() {
    return stderr == null ? null : stderr.clone();
  }

  /** {@link #stdout} as UTF-8; empty if that was no pipe. */
  public String text() {
    return stdout == null ? "" : new String(stdout, StandardCharsets.UTF_8);
  }

  /** {@link #stderr} as UTF-8; empty if that was no pipe of its own. */
  public String errorText() {
    return stderr == null ? "" : new String(stderr, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return name + " ended with exit code " + exitCode;
  }
}
