package io.greenloop.benchmarks

import io.greenloop.Aio
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.acquirePermit
import io.greenloop.kotlin.await
import io.greenloop.kotlin.lock
import io.greenloop.kotlin.loop
import io.greenloop.kotlin.receive
import io.greenloop.kotlin.send
import io.greenloop.kotlin.spawn
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.Queue
import io.greenloop.sync.Semaphore
import kotlinx.coroutines.CompletableDeferred
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
    // What a kotlinx Channel() is compared with: an item passes from hand to hand.
    JvmSubject("queue", "greenloop-suspend", 200_000) { n -> loop { timed { suspendQueue(n) } } },
    JvmSubject("lock", "greenloop-suspend", 200_000) { n ->
      val lock = Lock()
      loop { timed { suspendInTurns(n, { lock.lock() }, { lock.release() }) } }
    },
    JvmSubject("semaphore", "greenloop-suspend", 200_000) { n ->
      val semaphore = Semaphore(1)
      loop {
        timed { suspendInTurns(n, { semaphore.acquirePermit() }, { semaphore.release() }) }
      }
    },
    JvmSubject("event", "greenloop-suspend", 200_000) { n -> loop { timed { suspendEvents(n) } } },
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
    JvmSubject("event", "kotlinx", 200_000) { n -> runBlocking { timed { kotlinxEvents(n) } } },
  )

/** A full queue for one: the producer waits for each item to be taken. */
private fun queue(n: Int) {
  val queue = Queue<Int>(1)
  val producer = Aio.spawn(Callable { repeat(n) { queue.put(it) } })
  repeat(n) { queue.get() }
  producer.join()
}

private suspend fun LoopScope.suspendQueue(n: Int) {
  val queue = Queue.rendezvous<Int>()
  spawn { repeat(n) { queue.send(it) } }
  repeat(n) { queue.receive() }
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

/** So many wait for one event, again and again; an operation is one of them woken. */
internal const val WAITERS = 100

private fun events(n: Int) {
  val rounds = n / WAITERS
  val event = Event()
  val waiters = List(WAITERS) { Aio.spawn(Callable { repeat(rounds) { event.waitFor() } }) }
  repeat(rounds) {
    Aio.yieldNow() // all of them wait from now on
    event.set()
    event.clear()
  }
  waiters.forEach { it.join() }
}

private suspend fun LoopScope.suspendEvents(n: Int) {
  val rounds = n / WAITERS
  val event = Event()
  val waiters = List(WAITERS) { spawn { repeat(rounds) { event.await() } } }
  repeat(rounds) {
    yieldNow()
    event.set()
    event.clear()
  }
  waiters.forEach { it.await() }
}

/** kotlinx has no event: one promise for each round. */
private suspend fun CoroutineScope.kotlinxEvents(n: Int) {
  val rounds = n / WAITERS
  var gate = CompletableDeferred<Unit>()
  val waiters = List(WAITERS) { launch { repeat(rounds) { gate.await() } } }
  repeat(rounds) {
    yield()
    val open = gate
    gate = CompletableDeferred()
    open.complete(Unit)
  }
  waiters.forEach { it.join() }
}
