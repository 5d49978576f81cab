package io.greenloop.reactor.nio;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReactorProvider;
import java.io.IOException;
import java.util.Optional;

/** Offers the portable engine, {@code nio}. */
public final class NioReactorProvider implements ReactorProvider {
  /** The engine's name. */
  public static final String NAME = "nio";

  /** For {@link java.util.ServiceLoader}. */
  public NioReactorProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Optional<String> unavailableBecause() {
    return Optional.empty();
  }

  @Override
  public Reactor open() throws IOException {
    return new NioReactor();
  }
}
