// The words of a scope, in blocking code and in suspend code. Made for --virtual-time.

import io.greenloop.AsyncTimeoutException
import kotlinx.coroutines.flow.flow
import java.io.IOException

val begin =
  Aio
    .currentTask()
    .get()
    .loop()
    .time()

fun note(what: Any?) {
  println("$what at ${Aio.currentTask().get().loop().time().minus(begin).toMillis()} ms")
}

// Whatever began in it has ended when it ends.
val total =
  taskGroup {
    val left = green { sleep(20.milliseconds).let { 1 } }
    val right = spawn { sleep(30.milliseconds).let { 2 } }
    left.join() + right.join()
  }
note("a group gave $total")

// What ends first; the others are cancelled, and have ended.
val fastest =
  race(
    { sleep(50.milliseconds).let { "far" } },
    { sleep(10.milliseconds).let { "near" } },
  )
note("$fastest won")

// A limit that passes is a failure like any other.
try {
  timeout(100.milliseconds) { sleep(1.hours) }
} catch (tooLate: AsyncTimeoutException) {
  note(tooLate.message)
}

// Again, after 100, 200, 400 … ms.
var attempts = 0
val page =
  retry(times = 5, on = { it is IOException }) {
    if (++attempts < 3) throw IOException("not yet")
    "page"
  }
note("$page after $attempts attempts")

// Three at a time, results in order.
val lengths =
  listOf("a", "bb", "ccc", "dddd").parallelMap(3) { word ->
    sleep(10.milliseconds)
    word.length
  }
note(lengths)

// Now and then each interval, until it is cancelled.
val clock = every(20.milliseconds) { note("tick") }
sleep(50.milliseconds)
clock.cancel()

// In suspend code the same words suspend; flows have them, too.
loop {
  val squares = flow { for (n in 1..4) emit(n) }.parallelMap(2) { it * it }
  squares.throttle(10.milliseconds).collect { note(it) }
  note(race({ timeout(1.seconds) { sleep(5.milliseconds).let { "in time" } } }))
}
