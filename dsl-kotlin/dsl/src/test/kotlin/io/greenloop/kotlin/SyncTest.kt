package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.LoopExit
import io.greenloop.sync.Barrier
import io.greenloop.sync.BrokenBarrierException
import io.greenloop.sync.Condition
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.Queue
import io.greenloop.sync.QueueClosedException
import io.greenloop.sync.Semaphore
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlin.time.Duration.Companion.milliseconds

class SyncTest :
  FunSpec({
    test("SYNC-2: coroutines and stackful tasks get a lock in the order in which they came") {
      trailOf { t ->
        val lock = Lock()
        lock.lock().use {
          spawn { lock.withLock { t.note("suspend") } }
          green { lock.acquire().use { t.note("stackful") } }
          launch { lock.withLock { t.note("kotlinx") } }
          repeat(3) { yieldNow() }
        }
        lock.withLock { t.note("last") }
      } shouldContainExactly listOf("suspend@0", "stackful@0", "kotlinx@0", "last@0")
    }

    test("SYNC-9: permits go round strictly in order") {
      trailOf { t ->
        val semaphore = Semaphore(1)
        repeat(3) { n ->
          spawn {
            semaphore.withPermit {
              t.note(n)
              sleep(5.milliseconds)
            }
          }
        }
      } shouldContainExactly listOf("0@0", "1@5", "2@10")
    }

    test("a value may be set once in a block with a lock or permit, for it runs exactly once") {
      virtually {
        val byLock: Int
        Lock().withLock { byLock = 1 }
        val byPermit: Int
        Semaphore(1).withPermit { byPermit = 2 }
        val byCondition: Int
        Condition(Lock()).withLock { byCondition = 3 }
        byLock + byPermit + byCondition
      } shouldBe 6
    }

    test("SYNC-5: set wakes who waits, though clear follows") {
      trailOf { t ->
        val event = Event()
        spawn {
          event.await()
          t.note("woken, set: ${event.isSet}")
        }
        yieldNow()
        event.set()
        event.await()
        event.clear()
      } shouldContainExactly listOf("woken, set: false@0")
    }

    test("SYNC-6: a cancelled wait of a condition holds the lock when it throws") {
      virtually {
        val condition = Condition()
        val waiter =
          spawn {
            condition.withLock {
              try {
                condition.await()
              } finally {
                condition.isLocked shouldBe true
              }
            }
          }
        yieldNow()
        condition.withLock {
          waiter.cancel()
          repeat(3) { yieldNow() }
          waiter.isDone shouldBe false // it waits for the lock, cancelled or not
        }
        runCatching { waiter.await() }
        waiter.isCancelled shouldBe true
        condition.isLocked shouldBe false
        shouldThrow<IllegalStateException> { condition.await() }.message shouldContain "is not held"
      }
    }

    test("SYNC-12: a barrier counts coroutines and stackful tasks alike") {
      virtually {
        val barrier = Barrier(3)
        val first = spawn { barrier.await() }
        val second = green { barrier.waitFor() }
        repeat(2) { yieldNow() }
        val last = barrier.await()
        listOf(first.await(), second.await(), last)
      } shouldContainExactly listOf(0, 1, 2)
    }

    test("SYNC-13: reset and abort reach coroutines") {
      virtually {
        val barrier = Barrier(2)
        val waiter = spawn { shouldThrow<BrokenBarrierException> { barrier.await() } }
        yieldNow()
        barrier.reset()
        waiter.await().message shouldContain "was reset meanwhile"
        barrier.abort()
        shouldThrow<BrokenBarrierException> { barrier.await() }.message shouldContain "was aborted"
      }
    }

    test("Q-7: suspend code takes items until the queue is closed, in a loop or as a flow") {
      virtually {
        val queue = Queue<Int>(1)
        val producer =
          spawn {
            for (n in 1..5) queue.send(n)
            queue.close()
          }
        val first = queue.asFlow().take(2).toList()
        val rest = buildList { for (n in queue.received()) add(n) }
        producer.await()
        shouldThrow<QueueClosedException> { queue.receive() }
        shouldThrow<QueueClosedException> { queue.send(6) }
        first + rest
      } shouldContainExactly listOf(1, 2, 3, 4, 5)
    }

    test("closing wakes coroutines that wait on either side") {
      virtually {
        val empty = Queue<Int>()
        val full = Queue.rendezvous<Int>()
        val receiver = spawn { shouldThrow<QueueClosedException> { empty.receive() } }
        val sender = spawn { shouldThrow<QueueClosedException> { full.send(1) } }
        yieldNow()
        empty.close()
        full.close()
        receiver.await()
        sender.await()
      }
    }

    test("Q-3: a time limit on receive loses no item") {
      virtually {
        val queue = Queue<Int>()
        shouldThrow<TimeoutCancellationException> { withTimeout(5) { queue.receive() } }
        queue.put(1)
        withTimeout(5) { queue.receive() }
      } shouldBe 1
    }

    test("Q-5: awaitDone waits for the work on every item") {
      trailOf { t ->
        val queue = Queue<Int>()
        queue.awaitDone()
        queue.put(1)
        spawn {
          queue.receive()
          sleep(7.milliseconds)
          queue.taskDone()
        }
        queue.awaitDone()
        t.note("done")
      } shouldContainExactly listOf("done@7")
    }

    test("coroutines that wait for a lock that nobody gives back are told so") {
      val error =
        shouldThrow<LoopExit> {
          virtually {
            val lock = Lock()
            lock.lock()
            spawn("starving") { lock.lock() }.await()
          }
        }
      error.message shouldContain "task 'starving' waits for lock@"
    }

    test("a task that was cancelled before its wait does not wait") {
      virtually {
        val event = Event()
        val task =
          spawn {
            Aio.currentTask().get().cancel()
            event.await()
          }
        runCatching { task.await() }
        task.isCancelled shouldBe true
        event.set() // nobody is left behind: this serves no one
      }
    }

    test("off the loop the suspend twins say what to do") {
      val lock = Lock()
      virtually {
        lock.lock()
        shouldThrow<IllegalStateException> { withContext(Dispatchers.IO) { Event().await() } }
      }.message shouldContain "Event.await: this coroutine runs on Dispatchers.IO, not on a loop"
    }
  })
