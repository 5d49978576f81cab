package io.greenloop.sync;

/** What was acquired, for try-with-resources: closing it releases. */
@FunctionalInterface
public interface Permit extends AutoCloseable {
  /** Releases, as the {@code release()} of the lock or semaphore does; call it once. */
  @Override
  void close();
}
