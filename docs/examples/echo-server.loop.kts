// Sends back what it is told, line by line, to any number of clients: all of it suspend code.
// usage: echo-server.loop.kts [PORT]
// With a port it serves until Ctrl-C; without one it asks itself.

import io.greenloop.net.Stream
import kotlinx.coroutines.flow.first

suspend fun echo(connection: Stream) {
  connection.lines().collect { line -> connection.send("$line\n") }
}

suspend fun LoopScope.ask(
  port: Int,
  word: String,
): String =
  connect("localhost", port).use { connection ->
    connection.send("$word\n")
    connection.lines().first()
  }

val port = args.firstOrNull()?.toInt() ?: 0
val server = server(port, "localhost") { connection -> echo(connection) }
if (args.isEmpty()) {
  loop {
    println(ask(server.port, "hello"))
    println(ask(server.port, "world"))
    server.stop(1.seconds)
  }
  println("connections left: ${server.connections()}")
} else {
  println("listening on port ${server.port}")
}
