// The eventlet programs of the guide's page about porting.

import io.greenloop.eventlet.Event
import io.greenloop.eventlet.Eventlet
import io.greenloop.eventlet.Timeout
import io.greenloop.sync.Queue
import io.greenloop.sync.Semaphore
import java.time.Duration.ofMillis
import java.time.Duration.ofSeconds

fun square(n: Int): Int {
  Eventlet.sleep(ofMillis(10L * n))
  return n * n
}

val threads = List(4) { n -> Eventlet.spawn { square(n) } }
println(threads.sumOf { it.await() })

val event = Event<String>()
Eventlet.spawnAfter(ofMillis(10)) { event.send("sent") }
println(event.await())

try {
  Timeout.start(ofMillis(50)).use { Eventlet.sleep(ofSeconds(10)) }
} catch (late: Timeout) {
  println("too late")
}
val inTime = Timeout.silent(ofMillis(50)) { Eventlet.sleep(ofSeconds(10)) }
println("in time: $inTime")

val sleeper = Eventlet.spawn { square(1000) }
Eventlet.sleep()
sleeper.kill()
println(sleeper.isDead)

val places = Semaphore(2)
val results = Queue<Int>()
for (n in 1..4) {
  Eventlet.spawn { places.acquire().use { results.put(square(n)) } }
}
println(List(4) { results.get() })
