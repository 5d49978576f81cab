/**
 * The Linux engine on epoll, called through the foreign function interface; the default on Linux
 * where the JVM was started with the flags of full mode.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.reactor.epoll.EpollReactorProvider} (when it can
 * run), {@code EpollReactor} (the engine), {@code Registrations} (how a close is noticed), {@code
 * Epoll} (the system calls), {@code ChannelInsides} (what the JDK does not publish).
 *
 * <p><b>Rooms</b> as in {@link io.greenloop.reactor}: the loop's carrier thread, and {@code
 * wakeup()} from anywhere.
 *
 * <p><b>A descriptor is never used after it was closed.</b> A watched channel is registered with a
 * selector of ours, as with any other: so the JDK keeps the descriptor of a closed channel open
 * until the engine has let go of it, and the number cannot belong to another file meanwhile.
 *
 * <p><b>May use:</b> {@code io.greenloop.reactor}, {@code java.nio.channels}, {@code
 * java.lang.foreign}.
 */
@NullMarked
package io.greenloop.reactor.epoll;

import org.jspecify.annotations.NullMarked;
