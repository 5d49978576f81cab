package io.greenloop;

import static io.greenloop.internal.check.Known.present;

import io.greenloop.internal.loop.Strand;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A task that parks in a {@link WaitQueue}. */
final class ParkedTask<T extends @Nullable Object> extends Waiter<T> implements BooleanSupplier {
  private final EventLoop loop;
  private final Strand strand;
  private @Nullable BooleanSupplier happened;

  private ParkedTask(EventLoop loop, Strand strand) {
    this.loop = loop;
    this.strand = strand;
  }

  /**
   * The waiter for the next wait of {@code task}: the one of its last wait if that has ended, so
   * that a wait allocates nothing.
   */
  @SuppressWarnings("unchecked") // a waiter that waits for nothing has no type
  static <T extends @Nullable Object> ParkedTask<T> of(Task<?> task, Strand strand) {
    ParkedTask<?> spare = task.spareWaiter;
    task.spareWaiter = null;
    return spare != null && spare.strand == strand
        ? (ParkedTask<T>) spare
        : new ParkedTask<>(task.loop(), strand);
  }

  /** The wait has ended well; nobody knows this waiter any more. */
  void usedBy(Task<?> task) {
    renew();
    happened = null;
    task.spareWaiter = this;
  }

  void decideBy(@Nullable BooleanSupplier tooLate) {
    happened = tooLate;
  }

  /** Whether it is too late to pass on what was handed over. */
  @Override
  public boolean getAsBoolean() {
    BooleanSupplier tooLate = happened;
    return tooLate != null && isServed() && tooLate.getAsBoolean();
  }

  @Override
  protected void onServed(T value) {
    loop.core().ready(strand, null);
  }

  @Override
  void onServedNow(T value) {
    present(task).runServed(strand);
  }

  @Override
  protected void onFailed(Throwable failure) {
    loop.core().ready(strand, null);
  }
}
