// Sends back what it is told, line by line, to any number of clients: all of it suspend code.
// usage: echo-server.loop.kts [PORT]
// With a port it serves until Ctrl-C; without one it asks itself.

import io.greenloop.net.Stream
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.first
import java.net.InetSocketAddress

suspend fun echo(stream: Stream) {
  stream.reader().receivedLines().collect { line -> stream.writer().send("$line\n") }
}

suspend fun ask(
  port: Int,
  word: String,
): String =
  openStream("localhost", port).use { stream ->
    stream.writer().send("$word\n")
    stream.reader().receivedLines().first()
  }

loop {
  val address = InetSocketAddress("localhost", args.firstOrNull()?.toInt() ?: 0)
  val server = startServer(address) { stream -> echo(stream) }
  val port = (server.localAddresses().first() as InetSocketAddress).port
  try {
    if (args.isEmpty()) {
      println(ask(port, "hello"))
      println(ask(port, "world"))
    } else {
      println("listening on port $port")
      awaitCancellation()
    }
  } finally {
    server.stop(1.seconds)
    println("connections left: ${server.connections()}")
  }
}
