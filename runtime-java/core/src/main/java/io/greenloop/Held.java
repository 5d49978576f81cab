package io.greenloop;

import java.util.Collection;

/**
 * Something that tasks wait for while other tasks hold it, such as a lock: what stands as the
 * subject of a {@link WaitQueue} implements this, so that reports can say who is waited for, and
 * name a circle of tasks.
 */
public interface Held {
  /** The tasks that have to let go before somebody else gets it. */
  Collection<? extends Task<?>> holders();
}
