package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.process.AsyncProcess
import io.greenloop.process.ProcessOutput
import kotlinx.coroutines.flow.Flow

// The suspend twins of the members that park.

/**
 * Runs a program to its end, with [input] as its standard input, and gives what it wrote. A cancel,
 * or a time limit around this, stops it and what it has started, with a grace of 5 s, and waits for
 * its end. The suspend twin of [AsyncProcess.run].
 */
public suspend fun exec(
  vararg command: String,
  input: String = "",
): ProcessOutput = ProcessBuilder(*command).exec(input.encodeToByteArray())

/** [exec] with a directory, an environment or redirections of its own. */
public suspend fun ProcessBuilder.exec(input: ByteArray? = null): ProcessOutput =
  Aio.spawn<ProcessOutput> { AsyncProcess.run(this, input) }.await()

/**
 * Starts a process and gives it; suspends meanwhile. A cancel leaves none behind. The suspend twin
 * of [AsyncProcess.start].
 */
public suspend fun ProcessBuilder.startProcess(): AsyncProcess =
  opened(null) { AsyncProcess.start(this) }

/** The lines that it writes to its standard output, as text without their line ends. */
public fun AsyncProcess.lines(): Flow<String> = stdout().receivedLines()

/** Suspends until it has ended and gives its exit code; a cancel leaves it running. */
public suspend fun AsyncProcess.await(): Int = waitServed("AsyncProcess.await") { join(it) }

/**
 * Gives it [input] and the end of its input, and suspends until it has ended. The suspend twin of
 * [AsyncProcess.communicate]; a cancel leaves it running.
 */
public suspend fun AsyncProcess.exchange(input: ByteArray? = null): ProcessOutput =
  Aio.spawn<ProcessOutput> { communicate(input) }.await()
