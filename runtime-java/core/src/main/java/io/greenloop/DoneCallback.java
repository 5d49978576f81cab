package io.greenloop;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A callback that was registered on a future. */
final class DoneCallback<T extends @Nullable Object> extends Callback {
  DoneCallback(
      LoopFuture<T> future, Consumer<? super LoopFuture<T>> consumer, TaskContext context) {
    super(new Notice<>(future, consumer), context.values(), future.loop().currentTaskOrNull());
  }
}
