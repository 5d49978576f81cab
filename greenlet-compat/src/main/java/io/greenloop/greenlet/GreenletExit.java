package io.greenloop.greenlet;

import org.jspecify.annotations.Nullable;

/**
 * Ends a greenlet: a request that its body may catch. Uncaught it is no error, but the value that
 * the parent gets. It lies outside {@code Exception}, so that a broad catch does not eat it.
 */
public class GreenletExit extends Error {
  private static final long serialVersionUID = 1L;

  /** A request without a reason. */
  public GreenletExit() {}

  /** A request with a reason. */
  public GreenletExit(@Nullable String message) {
    super(message);
  }

  /**
   * Throws {@code caught} again if it is an exit: the first line of a {@code catch (Throwable)}
   * that must not keep a greenlet alive against a kill.
   */
  public static void rethrowIfPresent(Throwable caught) {
    if (caught instanceof GreenletExit exit) {
      throw exit;
    }
  }
}
