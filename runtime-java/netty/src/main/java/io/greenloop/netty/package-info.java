/**
 * Netty on the thread of a loop: any client or server that takes an {@code EventLoopGroup} shares
 * the loop's one thread and its one point of waiting.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.netty.Netty}.
 *
 * <p><b>Rooms.</b> Netty's handlers run on the loop's carrier thread, outside of every task: they
 * must not block, as ever in Netty. Tasks call channels and clients as any other thread does, and
 * wait with {@link io.greenloop.netty.Netty#await}.
 */
@NullMarked
package io.greenloop.netty;

import org.jspecify.annotations.NullMarked;
