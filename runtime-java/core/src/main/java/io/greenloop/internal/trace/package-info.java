/**
 * What reports are made of: the user's part of a stack, circles in a graph. Any thread.
 *
 * <p><b>May use:</b> {@code java.base}, nothing of ours.
 */
@NullMarked
package io.greenloop.internal.trace;

import org.jspecify.annotations.NullMarked;
