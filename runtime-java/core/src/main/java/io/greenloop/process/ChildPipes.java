package io.greenloop.process;

import io.greenloop.net.StreamReader;
import io.greenloop.net.StreamWriter;
import io.greenloop.net.Streams;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Our ends of the pipes of a child; null where it has none. Loop room. */
record ChildPipes(
    @Nullable StreamWriter stdin, @Nullable StreamReader stdout, @Nullable StreamReader stderr) {
  /**
   * Streams on the pipes that {@code started} has. If one cannot be made, those before it are
   * closed: the loop forgets a pipe only when its stream is closed.
   *
   * @param name what errors call the child
   */
  static ChildPipes adopt(Launch.Started started, String name) throws IOException {
    var in = started.stdin();
    var out = started.stdout();
    var err = started.stderr();
    int limit = StreamReader.DEFAULT_LIMIT;
    StreamWriter stdin = null;
    StreamReader stdout = null;
    try {
      stdin = in == null ? null : Streams.writer(in, "stdin of " + name);
      stdout = out == null ? null : Streams.reader(out, limit, "stdout of " + name);
      var stderr = err == null ? null : Streams.reader(err, limit, "stderr of " + name);
      return new ChildPipes(stdin, stdout, stderr);
    } catch (Throwable e) {
      new ChildPipes(stdin, stdout, null).close();
      throw e;
    }
  }

  boolean areNone() {
    return stdin == null && stdout == null && stderr == null;
  }

  /** Closes them at once; what was not sent is dropped. */
  void close() {
    if (stdin != null) {
      stdin.abort();
    }
    if (stdout != null) {
      stdout.close();
    }
    if (stderr != null) {
      stderr.close();
    }
  }
}
