// Tells which TCP ports of a host answer, a hundred at a time; each has 500 ms, or what is said.
// usage: port-scanner.loop.kts HOST FIRST [LAST [MILLISECONDS]]

import io.greenloop.AsyncTimeoutException
import java.io.IOException

if (args.size < 2) {
  System.err.println("usage: port-scanner.loop.kts HOST FIRST [LAST [MILLISECONDS]]")
  exit(2)
}
val first = args[1].toInt()
val ports = first..(args.getOrNull(2)?.toInt() ?: first)
val limit = (args.getOrNull(3)?.toInt() ?: 500).milliseconds

suspend fun LoopScope.answers(port: Int): Boolean =
  try {
    timeout(limit) { connect(args[0], port) }.close()
    true
  } catch (_: IOException) {
    false
  } catch (_: AsyncTimeoutException) {
    false
  }

loop {
  val open = ports.parallelMap(100) { port -> port.takeIf { answers(port) } }.filterNotNull()
  for (port in open) println("$port is open")
  println("${open.size} of ${ports.count()} ports are open")
}
