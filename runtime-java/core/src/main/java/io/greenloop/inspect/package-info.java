/**
 * Seeing what a running program does: who waits for whom, what every task does, what holds a loop.
 *
 * <p><b>Reading order:</b> {@code CallGraph} (one future: its stack, and who awaits it), {@code
 * TaskDump} (all tasks of all loops, as text, as JSON, as a tree), {@code Stalls} (told while a
 * loop is held), {@code LoopMetrics} (numbers of one loop).
 *
 * <p>Nothing here costs anything until it is asked: the edges of the await graph are read off what
 * the waits hold anyway, stacks off the threads, numbers off the loop's own counters.
 *
 * <p><b>Room:</b> any thread, unless a method says otherwise. What is read from outside while the
 * loop goes on is a snapshot that may mix two moments. <b>May use:</b> {@code io.greenloop}, {@code
 * io.greenloop.internal}.
 */
@NullMarked
package io.greenloop.inspect;

import org.jspecify.annotations.NullMarked;
