package io.greenloop;

/** Something that was registered and can be taken back. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  /**
   * Takes it back. What has been queued already still runs.
   *
   * @return whether it was still registered
   */
  boolean remove();

  /** {@link #remove}, for try-with-resources. */
  @Override
  default void close() {
    remove();
  }
}
