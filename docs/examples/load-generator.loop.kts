// Sends lines to a server that answers each with a line, and says how long the answers took.
// usage: load-generator.loop.kts HOST PORT [CLIENTS [LINES]]

if (args.size < 2) {
  System.err.println("usage: load-generator.loop.kts HOST PORT [CLIENTS [LINES]]")
  exit(2)
}
val clients = args.getOrNull(2)?.toInt() ?: 10
val lines = args.getOrNull(3)?.toInt() ?: 100

/** One client: how long each of its answers took. */
suspend fun LoopScope.ask(client: Int): List<Duration> =
  connect(args[0], args[1].toInt()).use { connection ->
    List(lines) { n ->
      measureTime {
        connection.send("line $n of client $client\n")
        check(connection.reader().receiveLine().isNotEmpty()) { "the server has hung up" }
      }
    }
  }

loop {
  val times = (1..clients).parallelMap(clients) { ask(it) }.flatten().sorted()
  println("$clients clients, ${times.size} answers")
  for (share in listOf(50, 90, 99)) {
    println("$share % within ${times[(times.size - 1) * share / 100]}")
  }
}
