package io.greenloop.programs;

import io.greenloop.AsyncTimeoutException;
import io.greenloop.CancelledError;
import io.greenloop.ExceptionGroup;
import io.greenloop.LoopFuture;
import io.greenloop.Outcome;
import io.greenloop.sync.BrokenBarrierException;
import io.greenloop.sync.QueueClosedException;
import java.util.List;
import java.util.stream.Collectors;

/** How outcomes are written in a trace; asyncio_oracle.py writes them in the same way. */
final class Words {
  private Words() {}

  /** What a program throws by plan. */
  static final class Planned extends Exception {
    private static final long serialVersionUID = 1L;

    Planned(String tag) {
      super(tag, null, false, false);
    }
  }

  static String outcome(LoopFuture<String> future) {
    if (!future.isDone()) {
      return "?";
    }
    if (future.isCancelled()) {
      return "!cancel";
    }
    Throwable failure = future.exceptionNow();
    return failure == null ? "=" + future.getNow() : "!" + describe(failure);
  }

  static String describe(Throwable failure) {
    return switch (failure) {
      case CancelledError cancel -> "cancel";
      case AsyncTimeoutException timeout -> "timeout";
      case Planned planned -> "error#" + planned.getMessage();
      case ExceptionGroup group ->
          group.exceptions().stream()
              .map(Words::describe)
              .collect(Collectors.joining(",", "group(", ")"));
      case BrokenBarrierException broken -> "broken";
      case QueueClosedException closed -> "closed";
      case IllegalStateException state -> "state";
      default -> failure.toString();
    };
  }

  static String show(Object value) {
    return switch (value) {
      case null -> "ok";
      case List<?> list ->
          list.stream().map(Words::show).collect(Collectors.joining(",", "[", "]"));
      case Outcome<?>(Object result, Throwable failure) ->
          failure == null ? show(result) : "!" + describe(failure);
      default -> value.toString();
    };
  }
}
