package io.greenloop.net;

import io.greenloop.EventLoop;
import io.greenloop.Registration;
import io.greenloop.TimerHandle;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who waits for the end of TLS in good order, and for how long at most. Loop room. */
final class TlsParting {
  private final EventLoop loop;
  private final TlsOptions options;
  private final String name;
  private final Consumer<IOException> tooLong;
  private @Nullable Consumer<@Nullable IOException> listener;
  private @Nullable TimerHandle limit;
  private @Nullable Registration lastCall;
  private boolean passedOn;

  /**
   * @param name what errors call the connection
   * @param tooLong told that the time is up
   */
  TlsParting(EventLoop loop, TlsOptions options, String name, Consumer<IOException> tooLong) {
    this.loop = loop;
    this.options = options;
    this.name = name;
    this.tooLong = tooLong;
  }

  /** From now on it may take as long as the options say; no-op if that runs already. */
  void limit() {
    if (limit == null) {
      limit =
          loop.callLater(
              options.shutdownTimeout(),
              () -> tooLong.accept(TlsErrors.shutdownTooLong(name, options)));
    }
  }

  /**
   * Begins.
   *
   * @param told how it ended
   * @param cut told that the loop ends before
   */
  void begin(Consumer<@Nullable IOException> told, Consumer<@Nullable IOException> cut) {
    listener = told;
    limit();
    lastCall = loop.onShutdown(() -> cut.accept(null));
  }

  /** Who waits; null if nobody does. */
  @Nullable Consumer<@Nullable IOException> listener() {
    return listener;
  }

  /** TLS is done: lets the wire below take leave, once. */
  void passOn(Wire below, Consumer<@Nullable IOException> told) {
    if (!passedOn) {
      passedOn = true;
      if (below.part(told)) {
        told.accept(null);
      }
    }
  }

  /** Nobody waits any more. */
  void end() {
    listener = null;
    TimerHandle timer = limit;
    if (timer != null) {
      limit = null;
      timer.cancel();
    }
    Registration registered = lastCall;
    if (registered != null) {
      lastCall = null;
      registered.remove();
    }
  }
}
