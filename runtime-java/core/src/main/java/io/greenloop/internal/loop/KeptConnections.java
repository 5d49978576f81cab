package io.greenloop.internal.loop;

import java.io.IOException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Connections that were accepted and that nobody has taken yet, by their listeners: at most one
 * each. Loop room, but for {@link #discard}.
 */
final class KeptConnections {
  private final Map<Channel, AsynchronousSocketChannel> byListener = new IdentityHashMap<>();

  /** For the next who accepts; closed at once if there can be none. */
  void keep(Channel listener, AsynchronousSocketChannel accepted) {
    byListener.put(listener, accepted);
    sweep();
  }

  boolean isThereOne(Channel listener) {
    return byListener.containsKey(listener);
  }

  @Nullable AsynchronousSocketChannel take(Channel listener) {
    return byListener.remove(listener);
  }

  /**
   * Closes those whose listener is closed. The JDK tells of that only whom it has a call of, so it
   * is looked after whenever something begins.
   */
  void sweep() {
    if (!byListener.isEmpty()) {
      byListener.entrySet().removeIf(each -> closeIfLost(each.getKey(), each.getValue()));
    }
  }

  private static boolean closeIfLost(Channel listener, AsynchronousSocketChannel accepted) {
    boolean lost = !listener.isOpen();
    if (lost) {
      discard(accepted);
    }
    return lost;
  }

  void closeAll() {
    byListener.values().forEach(KeptConnections::discard);
    byListener.clear();
  }

  /** Nobody will ever take {@code accepted}. Any thread. */
  static void discard(AsynchronousSocketChannel accepted) {
    try {
      accepted.close();
    } catch (IOException e) {
      // Gone either way.
    }
  }
}
