/**
 * Network code: streams and servers for tasks on TCP and Unix sockets, transports and protocols for
 * callbacks, UDP, raw channels, names.
 *
 * <p><b>Reading order:</b> {@link io.greenloop.net.Streams} (the way in), {@link
 * io.greenloop.net.Stream} with its {@link io.greenloop.net.StreamReader reader} and {@link
 * io.greenloop.net.StreamWriter writer}, {@link io.greenloop.net.Server}; {@link
 * io.greenloop.net.Protocol} and {@link io.greenloop.net.Transport} (called back instead of
 * waiting); {@link io.greenloop.net.UdpSocket} and {@link io.greenloop.net.DatagramTransport} below
 * it; {@link io.greenloop.net.Sockets} (on channels of your own), {@link
 * io.greenloop.net.NameResolution}.
 *
 * <p><b>Room.</b> Every call that waits parks the calling task in a wait of the loop's own: it can
 * be cancelled, and neither the loop nor any other task is held. A call that need not wait neither
 * parks nor notices a pending cancel. Data is taken by the task after it has woken up, so a cancel
 * never loses any.
 *
 * <p><b>May use:</b> {@code io.greenloop}, and the watches of {@code internal.loop}; never a
 * selector. <b>Blocking {@code java.net} sockets</b> work in a task as well (in full mode): the JDK
 * polls them on a thread of its own.
 */
@NullMarked
package io.greenloop.net;

import org.jspecify.annotations.NullMarked;
