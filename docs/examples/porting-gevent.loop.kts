// What Kotlin says differently from Java when a gevent program is ported.

import io.greenloop.LoopExit
import io.greenloop.gevent.AsyncResult
import io.greenloop.gevent.BaseServer.Spawning
import io.greenloop.gevent.Gevent
import io.greenloop.gevent.GeventProcess
import io.greenloop.gevent.Greenlet
import io.greenloop.gevent.Pool
import io.greenloop.gevent.PriorityQueue
import io.greenloop.gevent.Timeout
import java.io.File
import java.time.Duration.ofMillis
import java.time.Duration.ofSeconds

val square: Greenlet<Int> = Gevent.spawn<Int> { 7 * 7 }
println(square.get())
val value: Int? = square.value // null while there is none
println(value)

val pool = Pool(3)
val squares = pool.imapUnordered({ n: Int -> n * n }, listOf(1, 2, 3))
println(squares.iterator().asSequence().sum())

val atMostThree = Spawning.`in`(pool) // for a StreamServer; `in` is a word of Kotlin

// Python's tuple: what is compared, and in which order.
data class Job(
  val priority: Int,
  val name: String,
) : Comparable<Job> {
  override fun compareTo(other: Job) = compareValuesBy(this, other, Job::priority, Job::name)
}

val jobs = PriorityQueue<Job>()
jobs.put(Job(2, "later"))
jobs.put(Job(1, "now"))
println(jobs.get().name)

val shortestFirst = PriorityQueue<String>(compareBy { it.length })
shortestFirst.put("long")
shortestFirst.put("s")
println(shortestFirst.get())

// with Timeout(0.02, IllegalStateException("no answer")):
try {
  Timeout.startNew(ofMillis(20)) { IllegalStateException("no answer") }.use {
    Gevent.sleep(ofSeconds(5))
  }
} catch (late: IllegalStateException) {
  println(late.message)
}

// subprocess.run(["sh", "-c", …], input=b"in\n", cwd="/", env={…, "NAME": "ann"}, timeout=60)
val builder = ProcessBuilder("sh", "-c", "cat; echo \$NAME; pwd").directory(File("/"))
builder.environment()["NAME"] = "ann"
print(GeventProcess.run(builder, "in\n".encodeToByteArray(), ofSeconds(60)).text())

GeventProcess.start("sleep", "100").use { process ->
  process.kill()
  println(process.await()) // -9 in Python
}
try {
  GeventProcess.run(ProcessBuilder("sleep", "100"), null, ofMillis(50))
} catch (late: GeventProcess.TimeoutExpired) {
  println("killed after 50 ms")
}

try {
  AsyncResult<Int>().get()
} catch (nobody: LoopExit) {
  println("nobody sets it")
}
