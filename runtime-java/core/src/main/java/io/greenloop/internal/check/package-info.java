/** Helpers for the checks that the compiler runs on our own code. Any thread, no state. */
@NullMarked
package io.greenloop.internal.check;

import org.jspecify.annotations.NullMarked;
