package io.greenloop.kotlin

import io.greenloop.Waiter
import io.greenloop.net.Stream
import io.greenloop.net.StreamReader
import io.greenloop.net.StreamWriter
import io.greenloop.net.TlsOptions
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import java.nio.ByteBuffer

// The suspend twins of the members that park. What they throw, and what a cancel does, is as there:
// a read that is cancelled has taken nothing, and what a write was given is sent.

/** Suspends until something has come and takes at most [max] bytes of it; empty at the end. */
public suspend fun StreamReader.receive(max: Int): ByteArray =
  reading("StreamReader.receive") {
    read(max, it)
  }

/** [receive] into [target]. @return how many bytes, -1 at the end */
public suspend fun StreamReader.receive(target: ByteBuffer): Int =
  reading("StreamReader.receive") {
    read(target, it)
  }

/** Suspends until [count] bytes have come and takes them. The suspend twin of `readExactly`. */
public suspend fun StreamReader.receiveExactly(count: Int): ByteArray =
  reading("StreamReader.receiveExactly") { readExactly(count, it) }

/** Suspends until one of [separators] has come and takes all up to its end. */
public suspend fun StreamReader.receiveUntil(vararg separators: ByteArray): ByteArray =
  reading("StreamReader.receiveUntil") { readUntil(it, *separators) }

/** Suspends until a line has come and takes it with its line feed; empty at the end. */
public suspend fun StreamReader.receiveLine(): ByteArray =
  reading("StreamReader.receiveLine") {
    readLine(it)
  }

/** Suspends until the stream has ended and takes what came. The suspend twin of `readAll`. */
public suspend fun StreamReader.receiveAll(): ByteArray =
  reading("StreamReader.receiveAll") {
    readAll(it)
  }

/** The lines that are left, as text without their line ends. */
public fun StreamReader.receivedLines(): Flow<String> =
  flow {
    while (true) {
      val line = receiveLine()
      if (line.isEmpty()) break
      emit(line.decodeToString().removeSuffix("\n").removeSuffix("\r"))
    }
  }

private suspend inline fun <T> StreamReader.reading(
  operation: String,
  crossinline begin: (Waiter<T>) -> Unit,
): T =
  try {
    waitServed(operation) { begin(it) }
  } finally {
    leave()
  }

/** Sends [source]; suspends while too much is buffered. The suspend twin of `write`. */
public suspend fun StreamWriter.send(source: ByteBuffer) {
  if (!tryWrite(source)) waitServed<Void?>("StreamWriter.send") { drain(it) }
}

/** Sends [source]; suspends while too much is buffered. */
public suspend fun StreamWriter.send(source: ByteArray): Unit = send(ByteBuffer.wrap(source))

/** Sends [text] as UTF-8; suspends while too much is buffered. */
public suspend fun StreamWriter.send(text: String): Unit = send(text.encodeToByteArray())

/**
 * Goes over to TLS and suspends until both sides have agreed. The suspend twin of `startTls`; a
 * failure or a cancel ends the connection.
 */
public suspend fun Stream.secure(options: TlsOptions) {
  try {
    waitServed<Void?>("Stream.secure") { startTls(options, it) }
  } catch (cancelled: CancellationException) {
    abort()
    throw cancelled
  }
}

/** Suspends until the connection is over and everything is sent; however it ended. */
public suspend fun Stream.untilClosed() {
  waitServed<Void?>("Stream.untilClosed") { awaitClosed(it) }
}

/** The lines that come, as text without their line ends, until the other side has ended. */
public fun Stream.lines(): Flow<String> = reader().receivedLines()

/** Sends [text] as UTF-8; suspends while too much is buffered. */
public suspend fun Stream.send(text: String): Unit = writer().send(text)
