// Two green threads of eventlet that take turns because each of them sleeps.
// usage: eventlet-hello.loop.kts [endless]: "hello" computes for ever and lets nobody else run; the
// watchdog names it and its line, and Ctrl-C ends it.

import io.greenloop.eventlet.Eventlet
import java.time.Duration

fun say(word: String) {
  repeat(3) {
    println(word)
    Eventlet.sleep(Duration.ofSeconds(1))
  }
}

fun sayForEver(word: String) {
  println(word)
  var n = 0L
  while (true) n++
}

val hello = Eventlet.spawn { if ("endless" in args) sayForEver("hello") else say("hello") }
val world = Eventlet.spawn { say("world") }
hello.await()
world.await()
