/**
 * The portable engine on {@link java.nio.channels.Selector}; runs on every platform and is the
 * default where no better one works.
 *
 * <p><b>Rooms</b> as in {@link io.greenloop.reactor}: the loop's carrier thread, and {@code
 * wakeup()} from anywhere.
 *
 * <p><b>May use:</b> {@code io.greenloop.reactor}, {@code java.nio.channels}. The selector's and
 * the channels' own locks are taken here; they are held by other threads only for moments, as long
 * as nobody changes the blocking mode of a channel that the loop watches.
 */
@NullMarked
package io.greenloop.reactor.nio;

import org.jspecify.annotations.NullMarked;
