/**
 * Code with its own stack that is driven by hand: {@code Generator} and {@code Coroutine}.
 *
 * <p><b>Reading order:</b> {@code Yielder} (the inside: what a body sees, and the states), {@code
 * Generator} (the outside, Python's protocol), {@code Coroutine} (the plain form), {@code Stage}
 * (lazy map, filter, take, zip), {@code Leak} (dropped while suspended).
 *
 * <p><b>Room:</b> any thread, a Task or a callback, the same for all steps unless shared; the body
 * runs on the thread of whoever drives it, and a body driven in a Task may wait like the Task. No
 * loop is needed.
 *
 * <p><b>May use:</b> {@code io.greenloop.internal}. <b>May not:</b> {@code io.greenloop}.
 */
@NullMarked
package io.greenloop.coroutine;

import org.jspecify.annotations.NullMarked;
