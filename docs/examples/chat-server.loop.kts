// A room in which everybody hears everybody: the first line of a client is its name.
// usage: chat-server.loop.kts [PORT]

import io.greenloop.net.Stream
import io.greenloop.sync.Queue

/** What one client is still to hear. One that is too slow misses lines; it holds nobody up. */
val outboxes = mutableMapOf<String, Queue<String>>()

fun tellAll(line: String) {
  for (outbox in outboxes.values) outbox.tryPut(line)
}

suspend fun LoopScope.serve(stream: Stream) {
  val lines = stream.reader()
  val name = String(lines.receiveLine()).trim()
  if (name.isEmpty() || name in outboxes) {
    stream.writer().send("* choose another name\n")
    return
  }
  val outbox = Queue<String>(100)
  outboxes[name] = outbox
  tellAll("* $name is here, with ${outboxes.keys.filter { it != name }}")
  val speaking = spawn { for (line in outbox.received()) stream.writer().send("$line\n") }
  try {
    lines.receivedLines().collect { tellAll("$name: $it") }
  } finally {
    outboxes -= name
    tellAll("* $name has left")
    speaking.cancel()
  }
}

val server = server(args.firstOrNull()?.toInt() ?: 0) { serve(it) }
println("listening on port ${server.port}")
