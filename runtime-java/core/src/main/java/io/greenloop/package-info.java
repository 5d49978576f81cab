/** The event loop, its tasks and futures: the names users type. */
@NullMarked
package io.greenloop;

import org.jspecify.annotations.NullMarked;
