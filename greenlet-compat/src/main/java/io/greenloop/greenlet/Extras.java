package io.greenloop.greenlet;

import io.greenloop.LoopFuture;
import io.greenloop.TaskContext;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What most greenlets do without. The host uses it; the context is open to other threads. */
final class Extras {
  volatile @Nullable TaskContext context;
  @Nullable Throwable createdAt;

  private @Nullable Closing closing;

  private @Nullable EndFuture future;
  private @Nullable Map<GreenletLocal<?>, Object> locals;

  /** One call of {@link Greenlet#close} of it that waits for its end. */
  static final class Closing {
    private final Greenlet closer;
    private final @Nullable Closing outer;
    private boolean left;

    private Closing(Greenlet closer, @Nullable Closing outer) {
      this.closer = closer;
      this.outer = outer;
    }
  }

  Closing enterClose(Greenlet closer) {
    Closing entered = new Closing(closer, closing);
    closing = entered;
    return entered;
  }

  /** They may be left in any order. */
  void leaveClose(Closing entered) {
    entered.left = true;
    while (closing != null && closing.left) {
      closing = closing.outer;
    }
  }

  /** Who closes it, the innermost; not its parent, which may be below this one. */
  @Nullable Greenlet closer() {
    return closing == null ? null : closing.closer;
  }

  /** A future of the current loop, the same at each call. */
  LoopFuture<@Nullable Object> future(Greenlet of) {
    EndFuture present = future;
    if (present == null) {
      present = of.tree.openFutures().add(of);
      future = present;
    }
    return present.promise;
  }

  /** The greenlet has ended. */
  void settle(@Nullable Object result, @Nullable Throwable failure) {
    EndFuture present = future;
    if (present != null) {
      present.settle(result, failure);
    }
  }

  Map<GreenletLocal<?>, Object> locals() {
    Map<GreenletLocal<?>, Object> present = locals;
    if (present == null) {
      present = new IdentityHashMap<>();
      locals = present;
    }
    return present;
  }
}
