package io.greenloop.sync;

/** What a waiting putter brings to a queue. */
record Offer<T>(T item) {}
