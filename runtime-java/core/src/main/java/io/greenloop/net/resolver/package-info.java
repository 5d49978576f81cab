/**
 * What makes {@link java.net.InetAddress} park a Task instead of holding its loop. Not exported;
 * found JVM-wide by {@link java.util.ServiceLoader} at the first look-up.
 *
 * <p><b>Reading order:</b> {@code LoopResolverProvider}, {@code LoopResolver}.
 *
 * <p><b>Rooms.</b> Called by {@code InetAddress} on any thread of the JVM, with the lock of that
 * host name held: so nothing here waits for anything but the operating system's answer.
 *
 * <p><b>May use:</b> {@code io.greenloop}, {@code java.net.spi}.
 */
@NullMarked
package io.greenloop.net.resolver;

import org.jspecify.annotations.NullMarked;
