package io.greenloop.gevent;

import io.greenloop.Task;
import io.greenloop.WaitQueue;
import org.jspecify.annotations.Nullable;

/** Where one task stands in {@link Hub#suspend}, and what was sent before it came there. */
final class SwitchPoint {
  private final Hub hub;
  private final WaitQueue<@Nullable Object, @Nullable Void> parked =
      new WaitQueue<>("a switch", (value, brought) -> store(value));
  private boolean expected; // its task has been named by a token, or is on its way to suspend
  private boolean stored;
  private @Nullable Object value;

  SwitchPoint(Hub hub) {
    this.hub = hub;
  }

  /** The one of {@code task}, which any attachment of ours knows. */
  static SwitchPoint of(Hub hub, Task<?> task) {
    Object face = task.attachment();
    if (face instanceof Greenlet<?> greenlet) {
      return greenlet.switchPoint();
    }
    if (face instanceof SwitchPoint point) {
      return point;
    }
    var point = new SwitchPoint(hub);
    if (face == null) {
      task.attach(point);
    }
    return point;
  }

  void expect() {
    expected = true;
  }

  /** Parks until somebody sends something. */
  @Nullable Object suspend() {
    hub.checkMayWait("Hub.suspend");
    expected = false;
    return stored
        ? take()
        : Hub.<@Nullable Object>waiting(() -> stored ? take() : parked.park("Hub.suspend", null));
  }

  private @Nullable Object take() {
    stored = false;
    Object sent = value;
    value = null;
    return sent;
  }

  private void store(@Nullable Object sent) {
    stored = true;
    value = sent;
  }

  /** Whether {@link #send} reaches somebody who wants it. */
  boolean isOpen() {
    return !parked.isEmpty() || (expected && !stored);
  }

  /** Resumes the task with {@code sent}, at once. */
  void send(@Nullable Object sent) {
    if (!parked.runFirst(sent)) {
      store(sent);
    }
  }

  /** Who stands here; null if nobody does. */
  @Nullable Task<?> task() {
    return parked.firstTask();
  }
}
