package io.greenloop.reactor.epoll;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReactorProvider;
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
      if (!System.getProperty("os.name").equals("Linux")) {
        return "it needs Linux";
      }
      Module here = Verdict.class.getModule();
      String target = here.isNamed() ? here.getName() : "ALL-UNNAMED";
      if (!Object.class.getModule().isOpen("java.lang", here)) {
        return "it needs --add-opens java.base/java.lang=" + target;
      }
      if (!here.isNativeAccessEnabled()) {
        return logged("it needs --enable-native-access=" + target);
      }
      if (ChannelInsides.unavailable() != null) {
        return logged(ChannelInsides.unavailable());
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
