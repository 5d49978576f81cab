/**
 * Events for JDK Flight Recorder. {@code Recording} is the switch that the rest of the runtime
 * asks; the event classes are loaded only once somebody records, and never where the module {@code
 * jdk.jfr} is missing.
 *
 * <p><b>May use:</b> {@code internal.watch}, {@code internal.loop}.
 */
@NullMarked
package io.greenloop.internal.jfr;

import org.jspecify.annotations.NullMarked;
