// Runs shell commands at the times of a table, as cron does: minute, hour, day of the month, month
// and day of the week (0: Sunday), each *, a number, a range 1-5, steps */10, or several with commas.
// usage: cron.loop.kts TABLE [NOW]

import java.time.LocalDateTime
import java.time.temporal.ChronoUnit.MINUTES
import java.time.temporal.ChronoUnit.NANOS
import kotlin.io.path.Path
import kotlin.io.path.readLines

if (args.isEmpty()) {
  System.err.println("usage: cron.loop.kts TABLE [NOW]")
  exit(2)
}

class Job(
  line: String,
) {
  private val words = line.trim().split(Regex("\\s+"), limit = 6)
  val command = words.getOrNull(5) ?: error("five times and a command expected: $line")

  fun isDue(time: LocalDateTime): Boolean {
    val day = time.dayOfWeek.value % 7
    return listOf(time.minute, time.hour, time.dayOfMonth, time.monthValue, day)
      .zip(words)
      .all { (value, field) -> field.split(',').any { fits(value, it) } }
  }

  private fun fits(
    value: Int,
    part: String,
  ): Boolean {
    val step = part.substringAfter('/', "1").toInt()
    val range = part.substringBefore('/')
    if (range == "*") return value % step == 0
    val first = range.substringBefore('-').toInt()
    return value in first..range.substringAfter('-').toInt() && (value - first) % step == 0
  }
}

val jobs = Path(args[0]).readLines().filter { it.isNotBlank() && it[0] != '#' }.map { Job(it) }

// Time goes by the clock of the loop: a table is tried out with --virtual-time and a NOW.
val begin: LocalDateTime = args.getOrNull(1)?.let(LocalDateTime::parse) ?: LocalDateTime.now()
val beginOfLoop = EventLoop.current().time()

loop {
  while (true) {
    val now = begin + (EventLoop.current().time() - beginOfLoop)
    val next = now.truncatedTo(MINUTES).plusMinutes(1)
    sleep(now.until(next, NANOS).nanoseconds)
    for (job in jobs.filter { it.isDue(next) }) {
      spawn(job.command) { println("$next ${exec("sh", "-c", job.command).text().trimEnd()}") }
    }
  }
}
