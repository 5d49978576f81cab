package io.greenloop.gevent;

import io.greenloop.Registration;
import java.util.function.Consumer;

/**
 * What can be waited for together with others, by {@link Gevent#await} and {@link Gevent#iwait}
 * (Python: anything with {@code rawlink}): greenlets, events, results, semaphores, processes.
 *
 * <p><b>Room:</b> the loop it belongs to.
 *
 * @param <S> the type itself
 */
public interface Waitable<S extends Waitable<S>> {
  /**
   * Calls {@code callback} with this object once it is ready, in the hub, in a later turn; also if
   * it is ready already. Each link is called once. The callback must not wait.
   *
   * @return takes the link back
   */
  Registration rawLink(Consumer<? super S> callback);

  /** Takes back a link that {@link #rawLink} made with an equal callback; a no-op without one. */
  void unlink(Consumer<? super S> callback);

  /** Whether those who wait for it go on. */
  boolean isReady();
}
