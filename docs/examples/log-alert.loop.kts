// Follows a log, also when it is rotated, and says so when a word comes too often within a minute.
// usage: log-alert.loop.kts FILE WORD [TIMES]

import kotlinx.coroutines.flow.filter

if (args.size < 2) {
  System.err.println("usage: log-alert.loop.kts FILE WORD [TIMES]")
  exit(2)
}
val word = args[1]
val times = args.getOrNull(2)?.toInt() ?: 3

loop {
  var seen = 0
  val minutes = every(1.minutes) { seen = 0 }
  ProcessBuilder("tail", "-n", "+1", "-F", args[0]).startProcess().use { tail ->
    tail.lines().filter { word in it }.collect {
      if (++seen == times) println("alert: $word came $times times within a minute")
    }
  }
  minutes.cancel()
}
