package io.greenloop.coroutine;

/**
 * Thrown at the suspended {@code yieldValue} when a generator or coroutine is closed.
 *
 * <p>It lies outside {@code Exception}, so that a broad catch does not eat it; let it pass, or
 * throw it again after cleaning up. It carries no stack trace.
 */
public class GeneratorExit extends Error {
  private static final long serialVersionUID = 1L;

  /** A fresh request to end. */
  public GeneratorExit() {
    super("closed while suspended", null, true, false);
  }
}
