package io.greenloop.examples.jobs;

import io.greenloop.gevent.AsyncResult;
import io.greenloop.gevent.Greenlet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One of the jobs; {@code result} gets its outcome. */
final class Job {
  /** Where it stands. */
  enum State {
    QUEUED,
    RUNNING,
    DONE,
    FAILED,
    CANCELLED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it ended. */
  record Outcome(State state, String text) {}

  final int number;
  final Kinds.Kind kind;
  final String argument;
  final String owner;
  final AsyncResult<Outcome> result = new AsyncResult<>();
  State state = State.QUEUED;
  @Nullable Greenlet<Outcome> greenlet;

  Job(int number, Kinds.Kind kind, String argument, String owner) {
    this.number = number;
    this.kind = kind;
    this.argument = argument;
    this.owner = owner;
  }
}
