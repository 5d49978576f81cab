package io.greenloop;

/** Throwables that leave a running loop instead of being kept in a task or reported. */
final class Fatal {
  private Fatal() {}

  static boolean isFatal(Throwable thrown) {
    return (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError))
        || thrown instanceof ExitRequest
        || thrown instanceof InterruptedByUserException;
  }
}
