package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.Task
import io.greenloop.sync.Barrier
import io.greenloop.sync.Condition
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.PriorityQueue
import io.greenloop.sync.Queue
import io.greenloop.sync.QueueClosedException
import io.greenloop.sync.Semaphore
import io.greenloop.testing.TestLoop
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.shouldBe
import java.util.concurrent.Callable

private const val SEEDS = 5L
private const val TURNS = 14

/** The tasks of a program, suspend and stackful ones in turns, one of which will be cancelled. */
private class Crew(
  private val scope: LoopScope,
  private val victim: Int,
  private val turns: Int,
) {
  private val members = ArrayList<Task<*>>()

  fun join(
    suspending: suspend LoopScope.() -> Unit,
    parking: () -> Unit,
  ) {
    val suspends = members.size % 2 == 0
    members += if (suspends) scope.spawn { suspending() } else scope.green { parking() }
  }

  /** Lets them work, and cancels the victim after so many turns. */
  suspend fun cancelOne() {
    repeat(turns) { scope.yieldNow() }
    members[victim].cancel()
  }

  /** All but the victim; when they never end, the loop says so with a proof. */
  suspend fun end() {
    for ((i, member) in members.withIndex()) {
      if (i == victim) runCatching { member.await() } else member.await()
    }
  }
}

/** Each schedule, each victim, each turn: what [program] asserts holds. */
private fun cancelEverywhere(
  members: Int,
  program: suspend LoopScope.(Crew) -> Unit,
) {
  for (seed in 0 until SEEDS) {
    for (victim in 0 until members) {
      for (turns in 0 until TURNS) {
        withClue("seed $seed, member $victim cancelled after $turns turns") {
          TestLoop.virtual(seed).use { t ->
            t.run(Callable { loop { program(Crew(this, victim, turns)) } })
          }
        }
      }
    }
  }
}

private suspend fun LoopScope.passThroughQueue(
  crew: Crew,
  queue: Queue<Int>,
) {
  val sent = ArrayList<Int>()
  val received = ArrayList<Int>()
  repeat(4) { n ->
    val items = listOf(2 * n, 2 * n + 1)
    crew.join(
      {
        for (item in items) {
          queue.send(item)
          sent += item
        }
      },
      {
        for (item in items) {
          queue.put(item)
          sent += item
        }
      },
    )
  }
  repeat(2) {
    crew.join(
      {
        for (item in queue.received()) {
          received += item
          queue.taskDone()
        }
      },
      {
        for (item in queue) {
          received += item
          queue.taskDone()
        }
      },
    )
  }
  crew.cancelOne()
  repeat(30) { yieldNow() }
  queue.close()
  crew.end()

  received.shouldBeUnique()
  received shouldContainAll sent
  queue.size() shouldBe 0
  queue.awaitDone()
}

class CancelEverywhereTest :
  FunSpec({
    test("SYNC-4: a lock is never left held") {
      cancelEverywhere(4) { crew ->
        val lock = Lock()
        var inside = 0
        repeat(4) {
          crew.join(
            {
              repeat(2) {
                lock.withLock {
                  ++inside shouldBe 1
                  try {
                    yieldNow()
                  } finally {
                    inside--
                  }
                }
              }
            },
            {
              repeat(2) {
                lock.acquire().use {
                  ++inside shouldBe 1
                  try {
                    Aio.yieldNow()
                  } finally {
                    inside--
                  }
                }
              }
            },
          )
        }
        crew.cancelOne()
        crew.end()
        lock.isLocked shouldBe false
      }
    }

    test("SYNC-10: all permits come back") {
      cancelEverywhere(5) { crew ->
        val semaphore = Semaphore(2)
        repeat(5) {
          crew.join(
            { repeat(2) { semaphore.withPermit { yieldNow() } } },
            { repeat(2) { semaphore.acquire().use { Aio.yieldNow() } } },
          )
        }
        crew.cancelOne()
        crew.end()
        semaphore.permits() shouldBe 2
      }
    }

    test("Q-3: AC-queues.2: AC-queues.3: no item is lost or doubled, whatever the places") {
      for (makeQueue in listOf<() -> Queue<Int>>(
        { Queue.rendezvous() },
        { Queue(1) },
        { Queue(3) },
        { Queue() },
        { PriorityQueue(1, Comparator.naturalOrder()) },
      )) {
        cancelEverywhere(6) { passThroughQueue(it, makeQueue()) }
      }
    }

    test("SYNC-7: no notification is lost, and the lock is free at the end") {
      cancelEverywhere(3) { crew ->
        val condition = Condition()
        var tokens = 0
        var taken = 0
        var isOver = false
        repeat(3) {
          crew.join(
            {
              condition.withLock {
                condition.await { tokens > 0 || isOver }
                if (tokens > 0) {
                  tokens--
                  taken++
                }
              }
            },
            {
              condition.acquire().use {
                condition.waitFor { tokens > 0 || isOver }
                if (tokens > 0) {
                  tokens--
                  taken++
                }
              }
            },
          )
        }
        spawn {
          repeat(2) {
            condition.withLock {
              tokens++
              condition.notifyOne()
            }
            yieldNow()
          }
        }
        crew.cancelOne()
        repeat(20) { yieldNow() }
        taken shouldBe 2
        condition.withLock {
          isOver = true
          condition.notifyEveryone()
        }
        crew.end()
        condition.isLocked shouldBe false
      }
    }

    test("SYNC-5: everybody who waited passes an event that is set and cleared") {
      cancelEverywhere(4) { crew ->
        val event = Event()
        repeat(4) { crew.join({ event.await() }, { event.waitFor() }) }
        spawn {
          repeat(6) { yieldNow() }
          event.set()
          event.clear()
        }
        crew.cancelOne()
        crew.end()
      }
    }

    test("SYNC-13: a barrier is empty afterwards and can be used again") {
      cancelEverywhere(3) { crew ->
        val barrier = Barrier(2)
        repeat(3) {
          crew.join(
            { runCatching { barrier.await() } },
            { runCatching { barrier.waitFor() } },
          )
        }
        crew.cancelOne()
        repeat(10) { yieldNow() }
        barrier.reset()
        crew.end()
        barrier.waiting() shouldBe 0
        val other = green { barrier.waitFor() }
        barrier.await() + other.await() shouldBe 1
      }
    }
  })
