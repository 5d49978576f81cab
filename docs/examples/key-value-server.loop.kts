// A store of lines for any number of clients: SET key value, GET key, DELETE key, KEYS, QUIT.
// usage: key-value-server.loop.kts [PORT]

import io.greenloop.net.Stream
import kotlinx.coroutines.flow.takeWhile

// Tasks of one loop run one at a time: the map needs no lock.
val store = sortedMapOf<String, String>()

fun answer(line: String): String {
  val words = line.split(' ', limit = 3)
  val key = words.getOrNull(1)
  return when (words[0].uppercase() to words.size) {
    "SET" to 3 -> {
      store[key!!] = words[2]
      "OK"
    }

    "GET" to 2 -> {
      store[key]?.let { "VALUE $it" } ?: "NONE"
    }

    "DELETE" to 2 -> {
      if (store.remove(key) == null) "NONE" else "OK"
    }

    "KEYS" to 1 -> {
      store.keys.joinToString(" ", prefix = "KEYS ")
    }

    else -> {
      "ERROR say SET key value, GET key, DELETE key, KEYS or QUIT"
    }
  }
}

suspend fun serve(stream: Stream) {
  stream
    .reader()
    .receivedLines()
    .takeWhile { !it.equals("QUIT", ignoreCase = true) }
    .collect { stream.writer().send(answer(it) + "\n") }
}

val server = server(args.firstOrNull()?.toInt() ?: 0) { serve(it) }
println("listening on port ${server.port}")
