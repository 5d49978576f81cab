package io.greenloop.greenlet;

/** What kind of hop a {@link TraceFunction} is told of. Keep a default branch: more may come. */
public enum TraceEvent {
  /** A value passes: a switch, a start, a normal end, a GreenletExit that became a value. */
  SWITCH,
  /** An error passes: a throw, or an uncaught error on its way to the parent. */
  THROW
}
