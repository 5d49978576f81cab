package io.greenloop.examples.pages

import io.greenloop.AsyncTimeoutException
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.connect
import io.greenloop.kotlin.lines
import io.greenloop.kotlin.port
import io.greenloop.kotlin.receiveExactly
import io.greenloop.kotlin.send
import io.greenloop.kotlin.server
import io.greenloop.kotlin.stop
import io.greenloop.net.IncompleteReadException
import io.greenloop.net.Server
import io.greenloop.net.ServerOptions
import io.greenloop.net.Stream
import kotlinx.coroutines.flow.first
import java.net.ConnectException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** Answers each line until the client has ended. */
private suspend fun shout(connection: Stream) {
  connection.lines().collect { line -> connection.send(line.uppercase() + "\n") }
}

suspend fun LoopScope.aServerAndItsClient() {
  val server = server(0, "127.0.0.1") { connection -> shout(connection) }
  connect("127.0.0.1", server.port).use { connection ->
    connection.send("hello\n")
    println(connection.lines().first())
  }
  server.stop(grace = 1.seconds)
}

/** Who says nothing for a while is sent away. */
private fun LoopScope.impatient(): Server =
  server(0, "127.0.0.1", ServerOptions.DEFAULT.withMaxConnections(100)) { connection ->
    try {
      timeout(20.milliseconds) { connection.send("hello, ${connection.lines().first()}\n") }
    } catch (_: AsyncTimeoutException) {
      connection.send("nothing to say?\n")
    }
  }

suspend fun LoopScope.limitsOfAServer() {
  val server = impatient()
  connect("127.0.0.1", server.port).use { println(it.lines().first()) }
  server.stop(grace = 1.seconds)
}

suspend fun LoopScope.whatMayHappen() {
  val server = server(0, "127.0.0.1") { connection -> connection.send("abc") }
  val port = server.port
  connect("127.0.0.1", port).use { connection ->
    try {
      connection.reader().receiveExactly(10)
    } catch (end: IncompleteReadException) {
      println("the stream ended after ${end.partial().size} bytes")
    }
  }
  server.stop(grace = 1.seconds)
  try {
    connect("127.0.0.1", port)
  } catch (refused: ConnectException) {
    println("nobody listens any more")
  }
}
