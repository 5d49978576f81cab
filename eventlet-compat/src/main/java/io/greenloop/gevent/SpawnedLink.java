package io.greenloop.gevent;

import io.greenloop.TaskOptions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A link that is called in a task of its own, which may wait. Equal to its callback's others. */
final class SpawnedLink<S extends Greenlet<?>> implements Consumer<S> {
  private static final TaskOptions EAGER = TaskOptions.DEFAULT.namePrefix("Link").eagerStart(true);

  private enum When {
    ALWAYS,
    ON_SUCCESS,
    ON_FAILURE
  }

  private final @Nullable Hub hub; // none: only to compare with
  private final Consumer<? super S> callback;
  private final When when;

  private SpawnedLink(@Nullable Hub hub, Consumer<? super S> callback, When when) {
    this.hub = hub;
    this.callback = java.util.Objects.requireNonNull(callback, "callback");
    this.when = when;
  }

  static <S extends Greenlet<?>> SpawnedLink<S> always(Hub hub, Consumer<? super S> callback) {
    return new SpawnedLink<>(hub, callback, When.ALWAYS);
  }

  static <S extends Greenlet<?>> SpawnedLink<S> onSuccess(Hub hub, Consumer<? super S> callback) {
    return new SpawnedLink<>(hub, callback, When.ON_SUCCESS);
  }

  static <S extends Greenlet<?>> SpawnedLink<S> onFailure(Hub hub, Consumer<? super S> callback) {
    return new SpawnedLink<>(hub, callback, When.ON_FAILURE);
  }

  /** Equal to a link of any kind with {@code callback}, and to {@code callback} itself. */
  static <S extends Greenlet<?>> SpawnedLink<S> equalTo(Consumer<? super S> callback) {
    return new SpawnedLink<>(null, callback, When.ALWAYS);
  }

  @Override
  public void accept(S source) {
    Hub target = hub;
    boolean wanted =
        switch (when) {
          case ALWAYS -> true;
          case ON_SUCCESS -> source.isSuccessful();
          case ON_FAILURE -> !source.isSuccessful();
        };
    if (wanted && target != null) {
      target
          .eventLoop()
          .spawn(
              EAGER,
              () -> {
                call(target, source);
                return null;
              });
    }
  }

  private void call(Hub target, S source) {
    try {
      callback.accept(source);
    } catch (Throwable thrown) {
      target.handleError("link of " + source, thrown);
    }
  }

  @Override
  @SuppressWarnings("EqualsUnsafeCast")
  public boolean equals(@Nullable Object other) {
    Object theirs = other instanceof SpawnedLink<?> link ? link.callback : other;
    return callback.equals(theirs);
  }

  @Override
  public int hashCode() {
    return callback.hashCode();
  }
}
