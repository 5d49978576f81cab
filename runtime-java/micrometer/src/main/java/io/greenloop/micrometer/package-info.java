/**
 * The numbers of a loop as Micrometer's meters; see {@code LoopMeters}.
 *
 * <p><b>Room:</b> any thread. <b>May use:</b> {@code io.greenloop.inspect}, its public API only.
 */
@NullMarked
package io.greenloop.micrometer;

import org.jspecify.annotations.NullMarked;
