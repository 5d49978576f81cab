package io.greenloop.benchmarks

import io.greenloop.Aio
import io.greenloop.eventlet.Eventlet
import io.greenloop.gevent.Gevent
import java.nio.file.Path
import java.time.Duration
import java.util.concurrent.Callable
import kotlin.io.path.Path
import kotlin.io.path.exists
import kotlin.io.path.readLines
import io.greenloop.eventlet.Queue as EventletQueue
import io.greenloop.gevent.Queue as GeventQueue

/** gevent's and eventlet's dialects, beside the originals: `greenloop bench gevent`. */
internal fun greenSubjects(): List<Subject> =
  listOf(
    JvmSubject("gevent-yield", "greenloop-gevent", 200_000) { n ->
      onLoop {
        timed {
          List(
            2,
          ) { Gevent.spawn(Callable { repeat(n / 2) { Gevent.sleep() } }) }.forEach { it.join() }
        }
      }
    },
    JvmSubject("gevent-yield", "greenloop-eventlet", 200_000) { n ->
      onLoop {
        timed {
          List(
            2,
          ) {
            Eventlet.spawn(
              Callable { repeat(n / 2) { Eventlet.sleep() } },
            )
          }.forEach { it.await() }
        }
      }
    },
    JvmSubject("gevent-spawn", "greenloop-gevent", 50_000) { n ->
      onLoop { timed { repeat(n) { Gevent.spawn(Callable { it }).join() } } }
    },
    JvmSubject("gevent-spawn", "greenloop-eventlet", 50_000) { n ->
      onLoop { timed { repeat(n) { Eventlet.spawn(Callable { it }).await() } } }
    },
    JvmSubject("gevent-queue", "greenloop-gevent", 200_000) { n ->
      onLoop {
        timed { geventQueue(n) }
      }
    },
    JvmSubject("gevent-queue", "greenloop-eventlet", 200_000) { n ->
      onLoop {
        timed { eventletQueue(n) }
      }
    },
    JvmSubject("gevent-sleeping", "greenloop-gevent", SLEEPERS, "bytes", once = true) { n ->
      onLoop { sleeping { repeat(n) { Gevent.spawn(Callable { Gevent.sleep(LONG) }) } } }
    },
    JvmSubject("gevent-sleeping", "greenloop-eventlet", SLEEPERS, "bytes", once = true) { n ->
      onLoop { sleeping { repeat(n) { Eventlet.spawn(Callable { Eventlet.sleep(LONG) }) } } }
    },
  )

/** A full queue for one: the producer waits for each item to be taken. */
private fun geventQueue(n: Int) {
  val queue = GeventQueue<Int>(1)
  val producer = Gevent.spawn(Callable { repeat(n) { queue.put(it) } })
  repeat(n) { queue.get() }
  producer.join()
}

private fun eventletQueue(n: Int) {
  val queue = EventletQueue<Int>(1)
  val producer = Eventlet.spawn(Callable { repeat(n) { queue.put(it) } })
  repeat(n) { queue.get() }
  producer.await()
}

/** As in `peers.py`. */
private const val SLEEPERS = 100_000

private val LONG = Duration.ofHours(1)

/** The resident memory of this whole process, JVM and all, once everything that [spawn] began sleeps. */
private fun sleeping(spawn: () -> Unit): Long {
  spawn()
  repeat(3) { Aio.yieldNow() }
  return residentMemory()
}

private val STATUS: Path = Path("/proc/self/status")

/** Bytes of memory that this process has in use; 0 where there is no `/proc`. */
private fun residentMemory(): Long {
  if (!STATUS.exists()) return 0
  val line = STATUS.readLines().single { it.startsWith("VmRSS:") }
  return line.filter { it.isDigit() }.toLong() * 1024
}
