/**
 * The loop and the JDK's Reactive Streams ({@link java.util.concurrent.Flow}); start with {@link
 * io.greenloop.flow.Flows}.
 *
 * <p><b>Room:</b> the signals of others may come on any thread and are posted to the loop; what is
 * signalled to others is signalled on the loop, one after the other. <b>May use:</b> {@code
 * io.greenloop}, its public API only.
 */
@NullMarked
package io.greenloop.flow;

import org.jspecify.annotations.NullMarked;
