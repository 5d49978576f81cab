/**
 * Locks, events, conditions, semaphores, barriers and queues between tasks of one loop.
 *
 * <p>Each is a few plain fields and {@link io.greenloop.WaitQueue}s; start with {@link
 * io.greenloop.sync.Lock}. The members that wait park the calling task; each has a form that takes
 * a {@link io.greenloop.Waiter}, for code that waits in another way.
 *
 * <p><b>Invariant S1:</b> what is free is handed to the first waiter at once. So somebody waits
 * only while nothing is free, and nobody overtakes.
 *
 * <p><b>Room:</b> made anywhere; bound to a loop by the first use that has to wait, and then used
 * on that loop only. None is safe between threads. <b>May use:</b> {@code io.greenloop}, its public
 * API only.
 */
@NullMarked
package io.greenloop.sync;

import org.jspecify.annotations.NullMarked;
