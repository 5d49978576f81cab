package io.greenloop.internal.watch;

import io.greenloop.internal.loop.LoopCore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop that makes no step.
 *
 * @param core the loop
 * @param holder who holds it, in words
 * @param owner the task or callback that holds it, if it could be told
 * @param coroutine the greenlet, generator or coroutine that runs in it, if one does
 * @param nanos for how long it has been held at least
 * @param blocks whether it holds the loop only because this is portable mode: it waits in a
 *     blocking call
 * @param frames the user's part of the stack, innermost first
 */
public record Stall(
    LoopCore core,
    String holder,
    @Nullable Object owner,
    @Nullable String coroutine,
    long nanos,
    boolean blocks,
    List<StackTraceElement> frames) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** For the log. */
  public String text() {
    var text = new StringBuilder();
    text.append(core.face()).append(" has been held for ").append(nanos / NANOS_PER_MILLI);
    text.append(" ms by ").append(holder);
    if (coroutine != null) {
      text.append(", in ").append(coroutine);
    }
    text.append(", nothing else can run");
    if (blocks) {
      text.append(
          "; portable mode: a blocking call holds the loop, and no time limit can cut it short;"
              + " wrap it in Aio.blocking(() -> …), or start the JVM with the flags of full mode");
    }
    text.append("; it is at");
    for (StackTraceElement frame : frames) {
      text.append("\n\tat ").append(frame);
    }
    return text.toString();
  }
}
