/**
 * The loop itself: one carrier thread, a ready queue, a timer heap, an inbox, and the strands
 * (virtual threads) it mounts.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.internal.loop.LoopCore} (one turn, T1 to T4), {@link
 * io.greenloop.internal.loop.Strand} (stackful code the carrier mounts), {@link
 * io.greenloop.internal.loop.Hub} (where callbacks run), {@link io.greenloop.internal.loop.Inbox}
 * (the only door for other threads).
 *
 * <p><b>Rooms.</b> Every method runs in one of these and names it:
 *
 * <ul>
 *   <li><i>carrier</i>: on the bare platform thread. Lock-free code only, never user code. What the
 *       JDK runs here at unmount: removal of an ended thread from its container (a concurrent map
 *       unless {@code -Djdk.trackAllThreads=false}) and scheduling of a timed park.
 *   <li><i>loop</i>: on the carrier, or in the one strand that it has mounted. Plain fields, no
 *       locks.
 *   <li><i>any thread</i>: may touch {@code Inbox} and what wakes the carrier, nothing else.
 *   <li><i>setup</i>: on the thread that created the loop, while it does not run.
 * </ul>
 *
 * <p><b>Invariants</b> (tests quote the number):
 *
 * <ol>
 *   <li>L1: at most one strand or callback of a loop runs at any moment.
 *   <li>L2: a turn runs exactly the entries that were queued when it began.
 *   <li>L3: equal due times fire in the order they were scheduled.
 *   <li>L4: completing something queues those who wait for it; it never runs them inside the call.
 *   <li>L5: user code never runs on the bare carrier.
 * </ol>
 *
 * <p><b>May use:</b> {@code java.base}, {@code internal.vm}, {@code io.greenloop.reactor}. <b>May
 * not:</b> {@code io.greenloop} and above, which stand on this.
 */
@NullMarked
package io.greenloop.internal.loop;

import org.jspecify.annotations.NullMarked;
