package io.greenloop.greenlet;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Its body takes named values too. */
final class NamedGreenlet extends Greenlet {
  private @Nullable NamedBody named;

  NamedGreenlet(NamedBody named) {
    this.named = Objects.requireNonNull(named, "body");
  }

  @Override
  protected @Nullable Object run(SwitchArgs args) throws Exception {
    NamedBody given = Objects.requireNonNull(named);
    named = null;
    return given.run(args);
  }
}
