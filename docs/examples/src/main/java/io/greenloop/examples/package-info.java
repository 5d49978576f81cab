/**
 * Small programs, one a file, that show one thing each; most of them are well known from asyncio,
 * greenlet and eventlet. Each has a {@code main} and a {@code run} that the tests call, with
 * virtual time where it sleeps.
 */
@NullMarked
package io.greenloop.examples;

import org.jspecify.annotations.NullMarked;
