package example;

import io.greenloop.gevent.Gevent;
import io.greenloop.gevent.Greenlet;
import org.jspecify.annotations.Nullable;

/** A user's class, outside of the library. */
public final class Spawner {
  private Spawner() {}

  public static Greenlet<@Nullable Void> spawn() {
    return Gevent.spawn(() -> {});
  }
}
