package io.greenloop.benchmarks

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.Task
import java.time.Duration
import java.util.concurrent.Callable

/** The loop's own operations, on stackful tasks and callbacks. */
internal fun coreSubjects(): List<Subject> =
  listOf(
    JvmSubject("yield", "greenloop-task", 200_000) { n ->
      onLoop {
        timed { pairOfTasks(n) { Aio.yieldNow() } }
      }
    },
    JvmSubject("callback", "greenloop-callback", 500_000) { n -> onLoop { callbacks(n) } },
    JvmSubject("spawn", "greenloop-task", 50_000) { n ->
      onLoop { timed { repeat(n) { Aio.spawn(Callable { it }).join() } } }
    },
    JvmSubject("sleeps", "greenloop-task", 100_000) { n ->
      onLoop {
        timed {
          val tasks = List(n) { Aio.spawn(Callable { Aio.sleep(Duration.ofMillis(1)) }) }
          tasks.forEach { it.join() }
        }
      }
    },
    JvmSubject("memory", "greenloop-task", 200_000, "bytes", once = true) { n ->
      onLoop {
        idleTasks(n)
      }
    },
  )

/** Two tasks that do [step] in turns, [n] times together: a lone one would find the queue empty. */
private inline fun pairOfTasks(
  n: Int,
  crossinline step: () -> Unit,
) {
  List(2) { Aio.spawn(Callable { repeat(n / 2) { step() } }) }.forEach { it.join() }
}

internal fun onLoop(body: () -> Long): Long = Aio.run(Callable(body))

internal inline fun timed(body: () -> Unit): Long {
  val start = System.nanoTime()
  body()
  return System.nanoTime() - start
}

/** A callback that schedules itself again: one turn of the loop each. */
private fun callbacks(n: Int): Long {
  val loop = EventLoop.current()
  val done = Aio.newPromise<Long>()
  val start = System.nanoTime()
  val again =
    object : Runnable {
      var left = n

      override fun run() {
        if (--left > 0) {
          loop.callSoon(this)
        } else {
          done.complete(System.nanoTime() - start)
        }
      }
    }
  loop.callSoon(again)
  return done.join()
}

/** Heap bytes that [n] tasks take which all wait for a promise; cancelled in the end. */
private fun idleTasks(n: Int): Long {
  val before = usedHeap()
  val gate = Aio.newPromise<Unit>()
  val tasks = List<Task<Unit>>(n) { Aio.spawn(Callable { gate.join() }) }
  Aio.sleep(Duration.ofMillis(1))
  val used = usedHeap() - before
  gate.complete(Unit)
  tasks.forEach { it.join() }
  return used
}

internal fun usedHeap(): Long {
  repeat(3) { System.gc() }
  return Runtime.getRuntime().run { totalMemory() - freeMemory() }
}
