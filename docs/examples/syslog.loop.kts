// Takes the messages that programs send by syslog over UDP, shows those that matter, and says every
// minute how many there were of each severity.
// usage: syslog.loop.kts [PORT [SEVERITY]]

import io.greenloop.net.UdpSocket
import java.net.InetSocketAddress

val severities =
  listOf("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")
val shown = severities.indexOf(args.getOrNull(1) ?: "warning")
if (shown < 0) {
  System.err.println("usage: syslog.loop.kts [PORT [SEVERITY]]; one of $severities")
  exit(2)
}
val counts = IntArray(severities.size)

/** `<34>text`: facility 4, severity 2. */
fun take(message: String) {
  val priority = Regex("<(\\d{1,3})>(.*)", RegexOption.DOT_MATCHES_ALL).find(message)
  val severity = priority?.let { it.groupValues[1].toInt() % severities.size } ?: 5
  counts[severity]++
  val text = priority?.groupValues[2] ?: message
  if (severity <= shown) println("${severities[severity]}: ${text.trim()}")
}

UdpSocket.bind(InetSocketAddress(args.firstOrNull()?.toInt() ?: 0)).use { socket ->
  println("listening on port ${(socket.localAddress() as InetSocketAddress).port}")
  every(1.minutes) {
    val seen = severities.zip(counts.asList()).filter { (_, count) -> count > 0 }
    if (seen.isNotEmpty()) println(seen.joinToString { (name, count) -> "$count $name" })
    counts.fill(0)
  }
  for (datagram in socket) take(datagram.text())
}
