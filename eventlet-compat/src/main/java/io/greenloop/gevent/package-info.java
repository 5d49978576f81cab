/**
 * Gevent's greenlets, locks, queues, pools and servers, on the loop.
 *
 * <p>Start with {@link io.greenloop.gevent.Gevent}, then {@link io.greenloop.gevent.Greenlet}: a
 * wrapper around a Task, so that greenlets, green threads, tasks and suspend functions run on one
 * loop and wait for each other. {@code Linkable} is what most things to wait for are made of, and
 * {@code Waiter} is how a greenlet waits.
 *
 * <p><b>Order</b> is gevent's: what is set, released or put wakes those who wait by one callback of
 * the hub, which runs them one after the other.
 *
 * <p><b>Names:</b> gevent's {@code wait} is {@code await} here. Seconds are {@code Duration}s.
 * {@code GreenletExit} and {@code Timeout} are {@code Error}s: a broad catch does not eat them.
 *
 * <p><b>Room:</b> the loop on which a thing was made or first used. <b>May use:</b> {@code
 * io.greenloop}, {@code io.greenloop.greenlet}, {@code io.greenloop.eventlet.internal}.
 */
@NullMarked
package io.greenloop.gevent;

import org.jspecify.annotations.NullMarked;
