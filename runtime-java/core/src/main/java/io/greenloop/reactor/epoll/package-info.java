/**
 * The Linux engine on epoll, called through the foreign function interface; the default on Linux
 * where the JVM was started with the flags of full mode.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.reactor.epoll.EpollReactorProvider} (when it can
 * run), {@code EpollReactor} (the engine), {@code Epoll} (the system calls). What it shares with
 * the other engine of Linux stands in {@code io.greenloop.reactor.linux}.
 *
 * <p><b>Rooms</b> as in {@link io.greenloop.reactor}: the loop's carrier thread, and {@code
 * wakeup()} from anywhere.
 *
 * <p><b>May use:</b> {@code io.greenloop.reactor}, {@code io.greenloop.reactor.linux}, {@code
 * java.lang.foreign}.
 */
@NullMarked
package io.greenloop.reactor.epoll;

import org.jspecify.annotations.NullMarked;
