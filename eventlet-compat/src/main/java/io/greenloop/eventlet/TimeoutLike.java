package io.greenloop.eventlet;

/** A throwable that means "a time limit is over"; see {@link Timeouts#isTimeout}. */
public interface TimeoutLike {}
