package io.greenloop.gevent;

import io.greenloop.Task;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whom a greenlet descends from. */
final class Family {
  /** What all of one spawn tree share; its map is made when it is asked for. */
  private static final class Shared {
    private @Nullable Map<Object, Object> locals;

    Map<Object, Object> locals() {
      Map<Object, Object> map = locals;
      if (map == null) {
        map = new HashMap<>();
        locals = map;
      }
      return map;
    }
  }

  private final @Nullable WeakReference<Greenlet<?>> spawner;
  private @Nullable Shared shared;
  private @Nullable WeakReference<Greenlet<?>> self;
  private final List<StackTraceElement> stack;

  private Family(
      @Nullable WeakReference<Greenlet<?>> spawner,
      @Nullable Shared shared,
      List<StackTraceElement> stack) {
    this.spawner = spawner;
    this.shared = shared;
    this.stack = stack;
  }

  /** That of a greenlet which the calling one spawns. */
  static Family ofChild() {
    Task<?> task = Task.currentOrNull();
    Greenlet<?> parent =
        task != null && task.attachment() instanceof Greenlet<?> greenlet ? greenlet : null;
    List<StackTraceElement> stack = GeventConfig.trackGreenletTree() ? stackHere() : List.of();
    if (parent == null) {
      return new Family(null, null, stack);
    }
    Family line = parent.family();
    return new Family(line.reference(parent), line.shared(), stack);
  }

  private static List<StackTraceElement> stackHere() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !frame.getClassName().startsWith("io.greenloop.gevent."))
                    .limit(GeventConfig.spawningStackLimit())
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .toList());
  }

  /** One for all children: a reference each would cost the garbage collector. */
  private WeakReference<Greenlet<?>> reference(Greenlet<?> owner) {
    WeakReference<Greenlet<?>> made = self;
    if (made == null) {
      made = new WeakReference<>(owner);
      self = made;
    }
    return made;
  }

  private Shared shared() {
    Shared made = shared;
    if (made == null) {
      made = new Shared();
      shared = made;
    }
    return made;
  }

  @Nullable WeakReference<Greenlet<?>> spawner() {
    return spawner;
  }

  Map<Object, Object> treeLocals() {
    return shared().locals();
  }

  List<StackTraceElement> spawningStack() {
    return stack;
  }
}
