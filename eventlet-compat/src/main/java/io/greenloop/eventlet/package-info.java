/**
 * Eventlet's green threads, events and timeouts, on the loop.
 *
 * <p>Start with {@link io.greenloop.eventlet.Eventlet}, then {@link
 * io.greenloop.eventlet.GreenThread}: a wrapper around a Task, so that green threads, tasks and
 * suspend functions run on one loop and wait for each other.
 *
 * <p><b>Names:</b> eventlet's {@code wait} is {@code await} here. Seconds are {@code Duration}s.
 * {@code GreenletExit} and {@code Timeout} are {@code Error}s: a broad catch does not eat them.
 *
 * <p><b>Room:</b> the loop on which the green thread runs. <b>May use:</b> {@code io.greenloop},
 * {@code io.greenloop.greenlet}.
 */
@NullMarked
package io.greenloop.eventlet;

import org.jspecify.annotations.NullMarked;
