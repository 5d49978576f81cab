/**
 * Answers questions from outside of the JVM: what {@code greenloop ps} asks.
 *
 * <p>A file in the JVM's temporary folder is the question; its name stands in a system property,
 * which the JDK's attach API reads. The watchdog's thread looks for it and writes the answer. So no
 * flag, no port, no agent and no thread is needed, and it works while a loop is held. Only a
 * question of the user who runs the JVM is answered.
 *
 * <p><b>May use:</b> {@code io.greenloop.inspect}, {@code internal.watch}.
 */
@NullMarked
package io.greenloop.internal.visit;

import org.jspecify.annotations.NullMarked;
