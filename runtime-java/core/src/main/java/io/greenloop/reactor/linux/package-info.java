/**
 * What the engines of Linux have in common: how the C library is called, how channels give their
 * descriptors, how a close is noticed.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.reactor.linux.DescriptorReactor} (what an engine
 * remembers), {@link io.greenloop.reactor.linux.Registrations} (how a close is noticed), {@link
 * io.greenloop.reactor.linux.Waker}, {@link io.greenloop.reactor.linux.ChannelInsides} (what the
 * JDK does not publish), {@link io.greenloop.reactor.linux.CLibrary}.
 *
 * <p><b>Rooms</b> as in {@link io.greenloop.reactor}: the loop's carrier thread, and {@code
 * wakeup()} from anywhere.
 *
 * <p><b>A descriptor is never used after it was closed.</b> A watched channel is registered with a
 * selector of ours, as with any other: so the JDK keeps the descriptor of a closed channel open
 * until the engine has let go of it, and the number cannot belong to another file meanwhile.
 *
 * <p><b>May use:</b> {@code io.greenloop.reactor}, {@code java.nio.channels}, {@code
 * java.lang.foreign}. Not exported.
 */
@NullMarked
package io.greenloop.reactor.linux;

import org.jspecify.annotations.NullMarked;
