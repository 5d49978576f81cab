/**
 * Child processes for tasks.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.process.AsyncProcess}, then {@code Launch} (how one
 * is started on a worker thread), {@code PipeNames} (how a child gets a pipe that the loop watches
 * by itself), {@code Pumps} (where it cannot).
 *
 * <p><b>Room.</b> Loop; only {@code Launch} and {@code Pumps} run on other threads.
 *
 * <p><b>May use:</b> the public API of {@code io.greenloop} and {@code io.greenloop.net}.
 */
@NullMarked
package io.greenloop.process;

import org.jspecify.annotations.NullMarked;
