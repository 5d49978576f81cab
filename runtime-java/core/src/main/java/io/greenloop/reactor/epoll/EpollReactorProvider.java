package io.greenloop.reactor.epoll;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReactorProvider;
import io.greenloop.reactor.linux.Prerequisites;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Offers the Linux engine, {@code epoll}. */
public final class EpollReactorProvider implements ReactorProvider {
  /** The engine's name. */
  public static final String NAME = "epoll";

  private static final int BETTER_THAN_PORTABLE = 10;

  /** For {@link java.util.ServiceLoader}. */
  public EpollReactorProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return BETTER_THAN_PORTABLE;
  }

  @Override
  public Optional<String> unavailableBecause() {
    return Optional.ofNullable(Verdict.REASON);
  }

  @Override
  public Reactor open() throws IOException {
    return new EpollReactor();
  }

  /** Asked once per JVM. */
  private static final class Verdict {
    static final @Nullable String REASON = find();

    private static @Nullable String find() {
      String reason = Prerequisites.notMeant();
      if (reason != null) {
        return reason;
      }
      reason = Prerequisites.missing();
      if (reason != null) {
        return logged(reason);
      }
      try {
        Epoll.check();
        return null;
      } catch (IOException | LinkageError | RuntimeException e) {
        return logged(String.valueOf(e.getMessage()));
      }
    }

    /**
     * Said once: all else that full mode needs is there, and this is not what was to be expected.
     */
    private static String logged(String reason) {
      System.getLogger("io.greenloop")
          .log(System.Logger.Level.INFO, "engine nio, not epoll: " + reason);
      return reason;
    }
  }
}
