package io.greenloop.greenlet;

/** Is called for each hop between greenlets of a host; see {@link Greenlet#setTrace}. */
@FunctionalInterface
public interface TraceFunction {
  /**
   * A hop has happened; {@code target} is the current greenlet already.
   *
   * <p>It may switch itself. What it throws switches tracing off and is raised in the target, in
   * place of what was on its way.
   */
  void trace(TraceEvent event, Greenlet origin, Greenlet target) throws Exception;
}
