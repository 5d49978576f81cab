package io.greenloop.reactor.outside;

import io.greenloop.reactor.Reactor;
import io.greenloop.reactor.ReactorProvider;
import java.util.Optional;

/** Offers {@link RescanReactor}; behind all others, so that it runs only where it is named. */
public final class RescanReactorProvider implements ReactorProvider {
  static final String NAME = "rescan";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return -1;
  }

  @Override
  public Optional<String> unavailableBecause() {
    return Optional.empty();
  }

  @Override
  public Reactor open() {
    return new RescanReactor();
  }
}
