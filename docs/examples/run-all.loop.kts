// Runs shell commands, four at a time, and shows what they print as it comes, with the number of the
// command before it. Exit code 1 if one has failed; Ctrl-C ends them all.
// usage: run-all.loop.kts COMMAND…

if (args.isEmpty()) {
  System.err.println("usage: run-all.loop.kts COMMAND…")
  exit(2)
}

/** Its exit code. */
suspend fun run(
  number: Int,
  command: String,
): Int =
  ProcessBuilder("sh", "-c", command).redirectErrorStream(true).startProcess().use { process ->
    process.stdin().shutdownOutput()
    process.lines().collect { println("$number| $it") }
    process.await()
  }

val codes =
  loop {
    args.withIndex().parallelMap(4) { (i, command) ->
      val (code, time) = measureTimedValue { run(i + 1, command) }
      println("${i + 1}: exit code $code after ${time.inWholeMilliseconds} ms")
      code
    }
  }
println("${codes.count { it == 0 }} of ${codes.size} succeeded")
if (codes.any { it != 0 }) exit(1)
