/**
 * Greenlets: coroutines that switch to each other by name, as Python's greenlet library has them.
 *
 * <p><b>Reading order:</b> {@code Greenlet} (the class Javadoc holds the table of value passing),
 * {@code Tree} (the greenlets of one host, and the switch itself), {@code Tuple} and {@code
 * SwitchArgs} (what passes).
 *
 * <p><b>Room:</b> the host: the platform thread, Task or callback where a greenlet was made. All
 * greenlets of a host share its thread; only reading their state is open to other threads.
 *
 * <p><b>May use:</b> {@code io.greenloop}, {@code io.greenloop.internal.fiber}.
 */
@NullMarked
package io.greenloop.greenlet;

import org.jspecify.annotations.NullMarked;
