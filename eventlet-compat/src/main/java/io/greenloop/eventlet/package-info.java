/** Eventlet's green threads, pools, queues and timeouts, on the loop. */
@NullMarked
package io.greenloop.eventlet;

import org.jspecify.annotations.NullMarked;
