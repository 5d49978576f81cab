package io.greenloop.internal.watch;

import java.util.Collection;

/**
 * What the watchdog's thread does besides looking at loops. Found by {@link
 * java.util.ServiceLoader} at its first look, so that a program that ends before pays nothing.
 */
public interface Chore {
  /** Called at each look, a few times a second: has to be quick, or rare. */
  void look(Collection<Watch> running);
}
