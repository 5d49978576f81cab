package io.greenloop.greenlet;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reports greenlets that were collected while they were suspended. CPython throws GreenletExit into
 * them; here their {@code finally} blocks never run, because no thread could run them where they
 * belong. Futures of such ones are told.
 */
final class Leaks {
  static final ReferenceQueue<Greenlet> COLLECTED = new ReferenceQueue<>();

  /** The lists that are not empty: a reference that is collected itself is never handed over. */
  static final Set<Suspended> WATCHED = ConcurrentHashMap.newKeySet();

  private Leaks() {}

  static {
    Thread.ofPlatform().name("greenlet-leaks").daemon().start(Leaks::report);
  }

  static void watch(Suspended list) {
    WATCHED.add(list);
  }

  private static void report() {
    try {
      for (; ; ) {
        Reference<? extends Greenlet> next = COLLECTED.remove();
        int count = 0;
        for (; next != null; next = COLLECTED.poll()) {
          if (next instanceof EndFuture future) {
            future.dropped();
            continue;
          }
          var entry = (Suspended.Entry) next;
          entry.lost();
          @Nullable Throwable createdAt = entry.createdAt();
          if (createdAt == null) {
            count++;
          } else {
            warn("a greenlet was dropped while suspended, its", "; close it", createdAt);
          }
        }
        if (count > 0) {
          warn(
              count == 1
                  ? "a greenlet was dropped while suspended, its"
                  : count + " greenlets were dropped while suspended, their",
              "; close them (run with -Dgreenloop.debug=true to see where they were created)",
              null);
        }
        WATCHED.removeIf(Suspended::isLost);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; a daemon ends with the JVM
    }
  }

  private static void warn(String who, String advice, @Nullable Throwable createdAt) {
    try {
      System.getLogger("io.greenloop")
          .log(System.Logger.Level.WARNING, who + " finally blocks never run" + advice, createdAt);
    } catch (RuntimeException | Error broken) {
      return; // a handler of the user's; without this thread nothing would be forgotten any more
    }
  }
}
