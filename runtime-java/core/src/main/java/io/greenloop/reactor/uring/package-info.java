/**
 * The Linux engine on io_uring, called through the foreign function interface; runs where {@code
 * -Dgreenloop.engine=io_uring} names it and the kernel (6.1 or later) does not forbid it.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.reactor.uring.UringReactorProvider} (when it can
 * run), {@code UringReactor} (the engine), {@code Ring} (what is shared with the kernel), {@code
 * Flights} (what the kernel works on). What it shares with the other engine of Linux stands in
 * {@code io.greenloop.reactor.linux}.
 *
 * <p><b>Rooms</b> as in {@link io.greenloop.reactor}: the loop's carrier thread, and {@code
 * wakeup()} from anywhere. The kernel knows that thread as the only one that submits.
 *
 * <p><b>May use:</b> {@code io.greenloop.reactor}, {@code io.greenloop.reactor.linux}, {@code
 * java.lang.foreign}.
 */
@NullMarked
package io.greenloop.reactor.uring;

import org.jspecify.annotations.NullMarked;
