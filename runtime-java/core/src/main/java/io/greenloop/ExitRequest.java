package io.greenloop;

/**
 * Asks the program to end with an exit code (Python: {@code SystemExit}). Fatal: thrown in a task
 * or callback it leaves the running loop, whose caller sees it after the shutdown.
 */
public class ExitRequest extends Error {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code the exit code of the process, 0 to 255
   */
  public ExitRequest(int code) {
    super("exit(" + code + ")", null, false, false);
    this.code = code;
  }

  /** The exit code. */
  public int code() {
    return code;
  }
}
