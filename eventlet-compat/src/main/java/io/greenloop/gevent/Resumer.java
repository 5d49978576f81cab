package io.greenloop.gevent;

import io.greenloop.Task;
import org.jspecify.annotations.Nullable;

/**
 * A token that resumes one greenlet, once, from {@link Hub#suspend}. So nobody resumes by mistake a
 * greenlet that waits for something else by now.
 *
 * <p><b>Room:</b> the loop.
 */
public final class Resumer {
  private final SwitchPoint point;
  private boolean used;

  Resumer(SwitchPoint point) {
    this.point = point;
    point.expect();
  }

  /**
   * Resumes the greenlet: {@link Hub#suspend} returns {@code value} there. It runs at once.
   *
   * @throws InvalidSwitchError if the token was used, or the greenlet does not expect it
   */
  public void switchTo(@Nullable Object value) {
    use("switchTo");
    point.send(value);
  }

  /**
   * Makes {@link Hub#suspend} throw {@code error} there.
   *
   * @throws InvalidSwitchError if the token was used, or the greenlet is not in {@code suspend}
   */
  public void throwInto(Throwable error) {
    use("throwInto");
    Task<?> task = point.task();
    if (task == null) {
      throw new InvalidSwitchError("throwInto: the greenlet of this token is not in Hub.suspend");
    }
    task.throwInto(error);
  }

  private void use(String operation) {
    if (used) {
      throw new InvalidSwitchError(operation + ": this token was used; make one for each suspend");
    }
    if (!point.isOpen()) {
      throw new InvalidSwitchError(
          operation + ": the greenlet of this token does not wait in Hub.suspend any more");
    }
    used = true;
  }
}
