package io.greenloop.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The start of one child, on a thread that may block. Who has asked for it may change his mind at
 * any moment: then the child is killed, and nothing of it is left.
 */
final class Launch implements Callable<Launch.Started> {
  /** A child, and our ends of its pipes; null where it has none. */
  record Started(
      Process process,
      Pipe.@Nullable SinkChannel stdin,
      Pipe.@Nullable SourceChannel stdout,
      Pipe.@Nullable SourceChannel stderr) {
    /** Kills first: who reads the end of its input may end before its children are found. */
    void discard() {
      Family.kill(process, List.of());
      closeAll(stdin, stdout, stderr);
    }
  }

  /** Begins to carry the bytes of a child's pipes. */
  @FunctionalInterface
  interface Carrier {
    void begin(Process process, @Nullable Pipe in, @Nullable Pipe out, @Nullable Pipe err);
  }

  private static final Object ABANDONED = new Object();

  private final ProcessBuilder builder;
  private final boolean pumped;
  private final Carrier carrier;
  private final AtomicReference<@Nullable Object> end = new AtomicReference<>();

  /**
   * @param pumped whether threads carry the bytes, in place of pipes that the child itself has
   */
  Launch(ProcessBuilder wanted, boolean pumped) {
    this(wanted, pumped, Launch::pump);
  }

  Launch(ProcessBuilder wanted, boolean pumped, Carrier carrier) {
    this.builder = copy(wanted);
    this.pumped = pumped;
    this.carrier = carrier;
  }

  private static ProcessBuilder copy(ProcessBuilder wanted) {
    if (wanted.command().isEmpty()) {
      throw new IllegalArgumentException("start: the command is empty");
    }
    var copy =
        new ProcessBuilder(wanted.command().toArray(String[]::new))
            .directory(wanted.directory())
            .redirectErrorStream(wanted.redirectErrorStream())
            .redirectInput(wanted.redirectInput())
            .redirectOutput(wanted.redirectOutput())
            .redirectError(wanted.redirectError());
    copy.environment().clear();
    copy.environment().putAll(wanted.environment());
    return copy;
  }

  @Override
  public Started call() throws IOException {
    Started started = start();
    if (!end.compareAndSet(null, started)) {
      started.discard();
    }
    return started;
  }

  /** Nobody wants the child any more. Any thread. */
  void abandon() {
    if (end.getAndSet(ABANDONED) instanceof Started started) {
      started.discard();
    }
  }

  private Started start() throws IOException {
    Pipe in = null;
    Pipe out = null;
    Pipe err = null;
    Process process = null;
    try {
      in = isPipe(builder.redirectInput()) ? Pipe.open() : null;
      out = isPipe(builder.redirectOutput()) ? Pipe.open() : null;
      boolean ownErrors = isPipe(builder.redirectError()) && !builder.redirectErrorStream();
      err = ownErrors ? Pipe.open() : null;
      boolean direct = !pumped && PipeNames.areThere() && handOver(in, out, err);
      process = builder.start();
      if (direct) {
        closeAll(source(in), sink(out), sink(err)); // the child has them
      } else {
        carrier.begin(process, in, out, err);
      }
      return new Started(process, sink(in), source(out), source(err));
    } catch (Throwable e) {
      if (process != null) {
        Family.kill(process, List.of());
      }
      closeAll(source(in), sink(in), source(out), sink(out), source(err), sink(err));
      throw e;
    }
  }

  private static boolean isPipe(Redirect redirect) {
    return redirect.type() == Redirect.Type.PIPE;
  }

  /** Makes the child open its ends of the pipes itself. */
  private boolean handOver(@Nullable Pipe in, @Nullable Pipe out, @Nullable Pipe err)
      throws IOException {
    Path inName = name(source(in));
    Path outName = name(sink(out));
    Path errName = name(sink(err));
    boolean found =
        (in == null || inName != null)
            && (out == null || outName != null)
            && (err == null || errName != null);
    if (found && inName != null) {
      builder.redirectInput(inName.toFile());
    }
    if (found && outName != null) {
      builder.redirectOutput(outName.toFile());
    }
    if (found && errName != null) {
      builder.redirectError(errName.toFile());
    }
    return found;
  }

  private static @Nullable Path name(@Nullable SelectableChannel end) throws IOException {
    return end == null ? null : PipeNames.of(end);
  }

  private static void pump(
      Process process, @Nullable Pipe in, @Nullable Pipe out, @Nullable Pipe err) {
    String of = " of process " + process.pid();
    if (in != null) {
      Pumps.toChild(in.source(), process.getOutputStream(), "stdin" + of);
    }
    if (out != null) {
      Pumps.fromChild(process.getInputStream(), out.sink(), "stdout" + of);
    }
    if (err != null) {
      Pumps.fromChild(process.getErrorStream(), err.sink(), "stderr" + of);
    }
  }

  private static Pipe.@Nullable SourceChannel source(@Nullable Pipe pipe) {
    return pipe == null ? null : pipe.source();
  }

  private static Pipe.@Nullable SinkChannel sink(@Nullable Pipe pipe) {
    return pipe == null ? null : pipe.sink();
  }

  private static void closeAll(@Nullable Channel... channels) {
    for (Channel each : channels) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (IOException e) {
        // Gone either way.
      }
    }
  }
}
