package io.greenloop.benchmarks

import io.greenloop.Aio
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.Queue
import io.greenloop.sync.Semaphore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.yield
import java.util.concurrent.Callable
import kotlinx.coroutines.sync.Semaphore as KotlinxSemaphore

/** What a hand-over between two tasks costs: each operation wakes the other one and waits. */
internal fun syncSubjects(): List<Subject> =
  listOf(
    JvmSubject("queue", "greenloop-task", 200_000) { n -> onLoop { timed { queue(n) } } },
    JvmSubject("lock", "greenloop-task", 200_000) { n ->
      val lock = Lock()
      onLoop { timed { takeTurns(n, { lock.acquire() }, { lock.release() }) } }
    },
    JvmSubject("lock", "kotlinx", 200_000) { n ->
      val lock = Mutex()
      runBlocking { timed { suspendInTurns(n, { lock.lock() }, { lock.unlock() }) } }
    },
    JvmSubject("semaphore", "greenloop-task", 200_000) { n ->
      val semaphore = Semaphore(1)
      onLoop { timed { takeTurns(n, { semaphore.acquire() }, { semaphore.release() }) } }
    },
    JvmSubject("semaphore", "kotlinx", 200_000) { n ->
      val semaphore = KotlinxSemaphore(1)
      runBlocking {
        timed { suspendInTurns(n, { semaphore.acquire() }, { semaphore.release() }) }
      }
    },
    JvmSubject("event", "greenloop-task", 200_000) { n -> onLoop { timed { events(n) } } },
  )

/** A full queue for one: the producer waits for each item to be taken. */
private fun queue(n: Int) {
  val queue = Queue<Int>(1)
  val producer = Aio.spawn(Callable { repeat(n) { queue.put(it) } })
  repeat(n) { queue.get() }
  producer.join()
}

/** Who releases hands over to the other one, and waits for its turn. */
private inline fun takeTurns(
  n: Int,
  crossinline acquire: () -> Unit,
  crossinline release: () -> Unit,
) {
  val tasks =
    List(2) {
      Aio.spawn(
        Callable {
          acquire()
          Aio.yieldNow() // the other one waits from now on
          repeat(n / 2) {
            release()
            acquire()
          }
          release()
        },
      )
    }
  tasks.forEach { it.join() }
}

private suspend inline fun CoroutineScope.suspendInTurns(
  n: Int,
  crossinline acquire: suspend () -> Unit,
  crossinline release: () -> Unit,
) {
  val tasks =
    List(2) {
      launch {
        acquire()
        yield()
        repeat(n / 2) {
          release()
          acquire()
        }
        release()
      }
    }
  tasks.forEach { it.join() }
}

private fun events(n: Int) {
  val ping = Event()
  val pong = Event()
  val other =
    Aio.spawn(
      Callable {
        repeat(n / 2) {
          ping.waitFor()
          ping.clear()
          pong.set()
        }
      },
    )
  repeat(n / 2) {
    ping.set()
    pong.waitFor()
    pong.clear()
  }
  other.join()
}
