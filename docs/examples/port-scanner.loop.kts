// Tells which TCP ports of a host answer, a hundred at a time.
// usage: port-scanner.loop.kts HOST FIRST [LAST]

import io.greenloop.AsyncTimeoutException
import java.io.IOException

if (args.size < 2) {
  System.err.println("usage: port-scanner.loop.kts HOST FIRST [LAST]")
  exit(2)
}
val ports = args[1].toInt()..args.last().toInt()

suspend fun LoopScope.answers(port: Int): Boolean =
  try {
    timeout(500.milliseconds) { connect(args[0], port) }.close()
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
