package io.greenloop.reactor.uring;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReactorProvider;
import io.greenloop.reactor.linux.Prerequisites;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Offers the other Linux engine, {@code io_uring}; it runs only where it is named. */
public final class UringReactorProvider implements ReactorProvider {
  /** The engine's name. */
  public static final String NAME = "io_uring";

  private static final int ONLY_WHEN_NAMED = -10;

  /** For {@link java.util.ServiceLoader}. */
  public UringReactorProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return ONLY_WHEN_NAMED;
  }

  @Override
  public Optional<String> unavailableBecause() {
    return Optional.ofNullable(Verdict.REASON);
  }

  @Override
  public Reactor open() throws IOException {
    return new UringReactor(Ring::new);
  }

  /** Asked once per JVM. */
  private static final class Verdict {
    static final @Nullable String REASON = find();

    private static @Nullable String find() {
      String reason = Prerequisites.notMeant();
      if (reason == null) {
        reason = Prerequisites.missing();
      }
      if (reason != null) {
        return reason;
      }
      if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
        return "it needs a little-endian processor";
      }
      try {
        SelfTest.run();
        return null;
      } catch (IOException | LinkageError | RuntimeException e) {
        return String.valueOf(e.getMessage());
      }
    }
  }
}
