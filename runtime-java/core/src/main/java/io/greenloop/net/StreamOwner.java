package io.greenloop.net;

import io.greenloop.Waiter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a reader and a writer belong to, as they see it. Loop room. */
interface StreamOwner {
  /** The other side is gone, or unreachable. */
  void lost(IOException reason);

  /** Everything is sent, after {@link #close}. */
  void flushed();

  /** Everything is sent, and nothing more is going to be. */
  void endOutput() throws IOException;

  /** Ends it behind what was written. Never waits. Idempotent. */
  void close();

  /** Ends it at once. Idempotent. */
  void abort();

  /** Parks the calling task until it is over; throws what it was lost by. */
  void awaitClosed() throws IOException;

  /** Serves {@code waiter} when it is over, however that came. */
  void awaitClosed(Waiter<@Nullable Void> waiter);
}
