// Waits until services answer, half a minute at most, as one does before a test or in a container.
// usage: wait-for.loop.kts HOST:PORT…

import io.greenloop.AsyncTimeoutException
import java.io.IOException

if (args.isEmpty() || args.any { ':' !in it }) {
  System.err.println("usage: wait-for.loop.kts HOST:PORT…")
  exit(2)
}
val limit = 30.seconds
val pause = 100.milliseconds
val missing = args.toMutableSet()

try {
  timeout(limit) {
    args.parallelMap(args.size) { service ->
      val (host, port) = service.split(':')
      retry(times = Int.MAX_VALUE, pause, longest = pause, on = { it is IOException }) {
        connect(host, port.toInt()).close()
      }
      missing -= service
      println("$service answers")
    }
  }
} catch (_: AsyncTimeoutException) {
  println("no answer within $limit: ${missing.joinToString()}")
  exit(1)
}
