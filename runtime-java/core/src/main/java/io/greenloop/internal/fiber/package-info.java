/**
 * The one switch primitive: a piece of code with its own stack that runs when it is resumed.
 *
 * <p><b>Reading order:</b> {@code Fiber} (the contract), {@code ContinuationFiber} (full mode; the
 * only class that touches the JDK's continuations), {@code TwinFiber} (portable: a virtual thread
 * and a baton), {@code Host} (the thread below a chain of fibers).
 *
 * <p><b>Room:</b> any thread, a Task or a callback; one resumer at a time, which the callers check.
 *
 * <p><b>Invariants:</b>
 *
 * <ol>
 *   <li>B1: {@code resume} returns when the body suspended this very fiber, or ended.
 *   <li>B2: code inside a fiber runs on the host's stack, so what parks the host parks them all.
 *   <li>B3: a generator may suspend through generators nested in it, never through a greenlet.
 *   <li>B4: nothing here takes a lock or allocates on the switch path of full mode.
 * </ol>
 *
 * <p><b>May use:</b> {@code io.greenloop.internal.vm}, and of {@code internal.loop} the question
 * which loop runs here. <b>May not:</b> anything above.
 */
@NullMarked
package io.greenloop.internal.fiber;

import org.jspecify.annotations.NullMarked;
