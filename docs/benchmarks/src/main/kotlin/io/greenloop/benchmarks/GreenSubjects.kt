package io.greenloop.benchmarks

import io.greenloop.eventlet.Eventlet
import java.util.concurrent.Callable

/** eventlet's dialect. */
internal fun greenSubjects(): List<Subject> =
  listOf(
    JvmSubject("yield", "greenloop-green", 200_000) { n ->
      onLoop {
        timed {
          List(2) { Eventlet.spawn(Callable { repeat(n / 2) { Eventlet.sleep() } }) }
            .forEach { it.await() }
        }
      }
    },
    JvmSubject("spawn", "greenloop-green", 50_000) { n ->
      onLoop { timed { repeat(n) { Eventlet.spawn(Callable { it }).await() } } }
    },
  )
