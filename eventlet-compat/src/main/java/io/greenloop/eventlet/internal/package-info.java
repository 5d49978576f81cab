/**
 * What the eventlet and the gevent dialect share: the hub of a thread, alarms, waits with a limit,
 * errors that nobody waits for. Not exported.
 *
 * <p><b>Reading order:</b> {@code Hubs} (the loop of a line, made on demand; waiting on a plain
 * thread), {@code Alarm} (throws into a task later), {@code Limits} (a wait that ends in time),
 * {@code GreenStream} and {@code GreenBytes} (what sockets and files of both stand on), {@code
 * JavaPrompt} (what their backdoors talk to), {@code PlainGreenThread}.
 *
 * <p><b>Room:</b> the loop, or its set-up. <b>May use:</b> {@code io.greenloop}, {@code
 * io.greenloop.net}, {@code io.greenloop.greenlet}; <b>may not:</b> the dialects above it.
 */
@NullMarked
package io.greenloop.eventlet.internal;

import org.jspecify.annotations.NullMarked;
