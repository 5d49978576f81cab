package io.greenloop.internal.fiber;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The greenlets of one host, for reports. What {@link Host#attach} is given implements it. */
public interface Residents {
  /**
   * A greenlet that has switched away.
   *
   * @param name in words
   * @param stack its own frames, innermost first; empty if it was not asked for
   */
  record Resident(String name, List<StackTraceElement> stack) {}

  /** The greenlet whose code runs when the host does, in words; null for the host's own code. */
  @Nullable String running();

  /**
   * Those that have switched away and not ended.
   *
   * @param withStacks only where the host cannot run meanwhile: on its loop, or if that does not
   *     run. (A continuation that is resumed while its stack is read takes the JVM with it.)
   */
  List<Resident> suspended(boolean withStacks);

  /** Whether the code that runs has context variables of its own, in place of its host's. Host. */
  boolean hasOwnContext();

  /** The context of the code that runs; null if it is empty, or the host's. Host. */
  @Nullable Object context();

  /** Gives the code that runs a context of its own. Host. */
  void setContext(Object context);

  /** The host has ended, and those that have not are lost. On its loop; must not throw. */
  void hostEnded();

  /** Those of {@code host}, if it is one and has any, or null. Any thread. */
  static @Nullable Residents of(@Nullable Object host) {
    return host instanceof Host known && known.attachment() instanceof Residents residents
        ? residents
        : null;
  }
}
