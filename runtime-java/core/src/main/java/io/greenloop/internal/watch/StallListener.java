package io.greenloop.internal.watch;

import java.util.function.Consumer;

/**
 * Who wants to know of stalls.
 *
 * @param thresholdNanos of stalls that last at least so long; told once a stall
 */
public record StallListener(long thresholdNanos, Consumer<Stall> action) {}
