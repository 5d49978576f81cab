package io.greenloop;

import java.util.Set;

/**
 * What {@link Aio#waitUntil} found.
 *
 * @param done those that were done when the waiting task went on, in the order given
 * @param pending the others
 * @param <F> the kind of future
 */
public record WaitResult<F>(Set<F> done, Set<F> pending) {}
