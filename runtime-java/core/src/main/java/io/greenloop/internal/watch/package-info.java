/**
 * One daemon thread for all loops of the JVM that looks at them a few times a second: it finds
 * loops that are held or idle without reason, and answers who asks from outside.
 *
 * <p><b>Reading order:</b> {@code Watchdog} (the thread), {@code Watch} (one run of one loop),
 * {@code Stall} (what is told).
 *
 * <p><b>Invariants:</b>
 *
 * <ol>
 *   <li>W1: a loop does nothing for it: what a look needs are fields that the loop keeps anyway.
 *   <li>W2: nothing that a listener does or throws ends the thread.
 * </ol>
 *
 * <p><b>May use:</b> {@code internal.loop}, {@code internal.fiber}, {@code internal.trace}, {@code
 * internal.vm}. <b>May not:</b> {@code io.greenloop} and above.
 */
@NullMarked
package io.greenloop.internal.watch;

import org.jspecify.annotations.NullMarked;
