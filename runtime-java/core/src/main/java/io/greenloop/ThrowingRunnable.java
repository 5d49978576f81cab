package io.greenloop;

/** A body without a result that may throw anything checked. */
@FunctionalInterface
public interface ThrowingRunnable {
  /** Runs the body. */
  void run() throws Exception;
}
