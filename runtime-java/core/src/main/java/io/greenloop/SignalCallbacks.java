package io.greenloop;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The signal handlers of one loop: callbacks of it, one per signal. Loop or setup. */
final class SignalCallbacks {
  private final EventLoop loop;
  private final Map<String, Registration> byName = new HashMap<>();

  SignalCallbacks(EventLoop loop) {
    this.loop = loop;
  }

  Registration add(String name, Runnable callback) {
    Map<ContextVar<?>, Object> context = TaskContext.currentValues();
    Task<?> origin = loop.currentTaskOrNull();
    Registration installed = Signals.install(name, () -> post(callback, context, origin));
    Registration replaced = byName.put(name, installed);
    if (replaced != null) {
      replaced.remove();
    }
    return () -> {
      loop.checkRoom("remove");
      return byName.remove(name, installed) && installed.remove();
    };
  }

  /** On the JDK's signal thread; a closed loop drops it. */
  private void post(
      Runnable callback, Map<ContextVar<?>, Object> context, @Nullable Task<?> origin) {
    loop.core().post(new Callback(callback, context, origin), null);
  }

  void removeAll() {
    byName.values().forEach(Registration::remove);
    byName.clear();
  }
}
