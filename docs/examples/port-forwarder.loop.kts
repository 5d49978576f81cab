// Hands each connection on to another address, both ways, and half-closed as it comes.
// usage: port-forwarder.loop.kts HOST PORT [PORT-HERE]

import io.greenloop.net.Stream
import java.io.IOException

if (args.size < 2) {
  System.err.println("usage: port-forwarder.loop.kts HOST PORT [PORT-HERE]")
  exit(2)
}

/** Until one side has ended: then the other one is told, and may still answer. */
suspend fun pump(
  from: Stream,
  to: Stream,
): Long {
  var bytes = 0L
  while (true) {
    val part = from.reader().receive(64 * 1024)
    if (part.isEmpty()) break
    to.writer().send(part)
    bytes += part.size
  }
  to.writer().shutdownOutput()
  return bytes
}

suspend fun LoopScope.forward(client: Stream) {
  try {
    connect(args[0], args[1].toInt()).use { target ->
      val there = spawn { pump(client, target) }
      val back = pump(target, client)
      println("${there.await()} bytes there, $back bytes back")
    }
  } catch (failure: IOException) {
    println("given up: ${failure.message}")
    client.abort()
  }
}

val server = server(args.getOrNull(2)?.toInt() ?: 0) { forward(it) }
println("listening on port ${server.port}")
