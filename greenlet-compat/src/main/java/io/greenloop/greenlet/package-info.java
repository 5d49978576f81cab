/**
 * Greenlets: coroutines that switch to each other by name, as Python's greenlet library has them.
 */
@NullMarked
package io.greenloop.greenlet;

import org.jspecify.annotations.NullMarked;
