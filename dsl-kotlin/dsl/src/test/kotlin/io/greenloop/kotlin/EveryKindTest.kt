package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.AsyncTimeoutException
import io.greenloop.CancelledError
import io.greenloop.ContextVar
import io.greenloop.ExceptionGroup
import io.greenloop.Promise
import io.greenloop.Task
import io.greenloop.TaskGroup
import io.greenloop.TaskOptions
import io.greenloop.sync.Barrier
import io.greenloop.sync.Condition
import io.greenloop.sync.Event
import io.greenloop.sync.Lock
import io.greenloop.sync.Queue
import io.greenloop.sync.Select
import io.greenloop.sync.Semaphore
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import java.io.IOException
import java.time.Duration
import java.util.concurrent.Callable
import kotlin.time.Duration.Companion.days
import kotlin.time.Duration.Companion.milliseconds

/** Longer than any task takes to come to its wait, or to its end after a cancel. */
private const val TURNS = 12

/** One thing that a task does, in both languages. */
private class Doing<T>(
  val parking: () -> T,
  val suspending: suspend LoopScope.() -> T,
)

/** Who does it. */
private enum class Kind {
  JAVA {
    override fun <T> start(
      scope: CoroutineScope,
      doing: Doing<T>,
    ): Task<T> = javaTask("java", doing.parking)
  },
  SUSPEND {
    override fun <T> start(
      scope: CoroutineScope,
      doing: Doing<T>,
    ): Task<T> = scope.spawn("suspend") { doing.suspending(this) }
  },

  /** A Java task waits for a suspend task, which waits for a Java task that does it. */
  CHAIN {
    override fun <T> start(
      scope: CoroutineScope,
      doing: Doing<T>,
    ): Task<T> =
      javaTask("outer") {
        scope.spawn("middle") { javaTask("inner", doing.parking).await() }.join()
      }
  },

  /** The other way about: Kotlin, Java, Kotlin. */
  KOTLIN_CHAIN {
    override fun <T> start(
      scope: CoroutineScope,
      doing: Doing<T>,
    ): Task<T> =
      scope.spawn("outer") {
        javaTask("middle") { scope.spawn("inner") { doing.suspending(this) }.join() }.await()
      }
  }, ;

  abstract fun <T> start(
    scope: CoroutineScope,
    doing: Doing<T>,
  ): Task<T>
}

private fun <T> javaTask(
  name: String,
  body: () -> T,
): Task<T> = Aio.spawn(TaskOptions.named(name), Callable { body() })

/**
 * A wait of one primitive.
 *
 * @param serve makes what is waited for ready, in one step
 * @param isWhole nothing was lost and nobody left behind; [served] if [serve] was called
 */
private class Scene(
  val wait: Doing<*>,
  val serve: () -> Unit,
  val isWhole: (served: Boolean) -> Unit,
)

private val scenes: Map<String, () -> Scene> =
  mapOf(
    "SYNC-4: a lock" to {
      val lock = Lock()
      lock.tryAcquire()
      Scene(
        Doing({ lock.acquire().close() }, { lock.lock().close() }),
        { lock.release() },
        { served ->
          lock.isLocked shouldBe !served
          if (!served) lock.release()
        },
      )
    },
    "SYNC-10: a semaphore" to {
      val semaphore = Semaphore(1)
      semaphore.tryAcquire()
      Scene(
        Doing({ semaphore.acquire().close() }, { semaphore.acquirePermit().close() }),
        { semaphore.release() },
        { served -> semaphore.permits() shouldBe if (served) 1 else 0 },
      )
    },
    "SYNC-5: an event" to {
      val event = Event()
      Scene(
        Doing({ event.waitFor() }, { event.await() }),
        { event.set() },
        { served -> event.isSet shouldBe served },
      )
    },
    "SYNC-7: a condition" to {
      val condition = Condition()
      Scene(
        Doing(
          { condition.acquire().use { condition.waitFor() } },
          { condition.withLock { condition.await() } },
        ),
        {
          condition.lock().tryAcquire()
          condition.notifyOne()
          condition.lock().release()
        },
        { condition.isLocked shouldBe false },
      )
    },
    "SYNC-13: a barrier" to {
      val barrier = Barrier(2)
      Scene(
        Doing({ barrier.waitFor() }, { barrier.await() }),
        { barrier.reset() },
        { barrier.waiting() shouldBe 0 },
      )
    },
    "Q-3: an item of a queue" to {
      val queue = Queue<String>()
      Scene(
        Doing({ queue.get() }, { queue.receive() }),
        { queue.tryPut("item") },
        { served -> queue.size() shouldBe if (served) 1 else 0 },
      )
    },
    "Q-3: room in a queue" to {
      val queue = Queue<String>(1)
      queue.tryPut("first")
      Scene(
        Doing({ queue.put("second") }, { queue.send("second") }),
        { queue.tryGet() },
        { served -> if (!served) queue.size() shouldBe 1 },
      )
    },
    "Q-5: the end of the work" to {
      val queue = Queue<String>()
      queue.tryPut("item")
      Scene(
        Doing({ queue.join() }, { queue.awaitDone() }),
        { queue.tryGet().also { queue.taskDone() } },
        { served -> queue.size() shouldBe if (served) 0 else 1 },
      )
    },
    "Q-3: one of two queues" to {
      val left = Queue<String>()
      val right = Queue<String>()
      val select = { Select<String>().get(left) { it }.get(right) { it } }
      Scene(
        Doing({ select().run() }, { select().await() }),
        { right.tryPut("item") },
        { served -> left.size() + right.size() shouldBe if (served) 1 else 0 },
      )
    },
    "TASK-3: a future" to {
      val future: Promise<String> = Aio.newPromise()
      Scene(
        Doing({ future.join() }, { future.await() }),
        { future.complete("done") },
        { served -> future.isCancelled shouldBe !served },
      )
    },
    "TASK-3: a sleep" to {
      Scene(Doing({ Aio.sleep(Duration.ofDays(1)) }, { sleep(1.days) }), {}, {})
    },
  )

private suspend fun settle() = repeat(TURNS) { yield() }

/** A failure of one does not end the others. */
private fun supervised(body: suspend CoroutineScope.(TestLoop) -> Unit) {
  virtually { t -> supervisorScope { body(t) } }
}

/** What a task of any kind ends with when it is cancelled. */
private suspend fun shouldBeCancelled(task: Task<*>) {
  settle()
  task.isCancelled shouldBe true
  shouldThrow<CancellationException> { task.await() }
}

/** Behaviour that must not depend on who shows it, Java, Kotlin, or a chain of both. */
class EveryKindTest :
  FunSpec({
    for ((name, scene) in scenes) {
      test("$name: a cancel ends the wait of every kind of task, and leaves nothing behind") {
        for (kind in Kind.entries) {
          withClue(kind) {
            supervised {
              val made = scene()
              val task = kind.start(this, made.wait)
              settle()
              task.isDone shouldBe false

              task.cancel("enough") shouldBe true
              task.cancelRequests() shouldBe 1
              task.isDone shouldBe false
              shouldBeCancelled(task)
              task.cancel() shouldBe false
              made.isWhole(false)
            }
          }
        }
      }

      test("$name: a cancel in the window after the wake-up loses nothing, for every kind") {
        if (name == "TASK-3: a sleep") return@test // nobody hands anything over
        for (kind in Kind.entries) {
          withClue(kind) {
            supervised {
              val made = scene()
              val task = kind.start(this, made.wait)
              settle()

              made.serve()
              task.cancel()
              settle()
              task.isDone shouldBe true
              runCatching { task.await() } // what ended it depends on the primitive
              made.isWhole(true)
            }
          }
        }
      }

      test("$name: every kind goes on once it is served") {
        if (name == "TASK-3: a sleep" || name == "SYNC-13: a barrier") return@test
        for (kind in Kind.entries) {
          withClue(kind) {
            supervised {
              val made = scene()
              val task = kind.start(this, made.wait)
              settle()

              made.serve()
              settle()
              task.isDone shouldBe true
              task.await()
            }
          }
        }
      }

      test("$name: a time limit around every kind ends its wait") {
        for (kind in Kind.entries) {
          withClue(kind) {
            supervised { t ->
              val made = scene()
              val limited =
                javaTask("limited") {
                  shouldThrow<AsyncTimeoutException> {
                    Aio.timeout(
                      Duration.ofMillis(10),
                      Callable { kind.start(this, made.wait).join() },
                    )
                  }
                  t.note("java")
                }
              limited.await()
              settle()
              made.isWhole(false)

              val other = scene()
              shouldThrow<TimeoutCancellationException> {
                withTimeout(10.milliseconds) { kind.start(this@supervised, other.wait).await() }
              }
              t.note("kotlin")
              settle()
              other.isWhole(false)
              t.trail() shouldContainExactly listOf("java@10", "kotlin@20")
            }
          }
        }
      }
    }

    test("TASK-2: what every kind throws arrives as the same object, with the line that threw") {
      for (kind in Kind.entries) {
        withClue(kind) {
          supervised {
            val task = kind.start(this, Doing({ throwIt() }, { yieldNow().also { throwIt() } }))
            val suspends = spawn { shouldThrow<IOException> { task.await() } }
            val parks = javaTask("parks") { shouldThrow<IOException> { task.join() } }
            val failure = suspends.await()
            parks.await() shouldBeSameInstanceAs failure
            task.exceptionNow() shouldBeSameInstanceAs failure
            failure.stackTrace.map { it.methodName } shouldContain "throwIt"
          }
        }
      }
    }

    test("TG-4: a failing child of any kind cancels its siblings of every kind") {
      for (failing in Kind.entries) {
        withClue(failing) {
          supervised {
            val ended = ArrayList<String>()
            val fails = Doing({ throwIt() }, { throwIt() })
            val group =
              javaTask("group") {
                TaskGroup.run(
                  TaskGroup.VoidBody { group ->
                    for (kind in Kind.entries) {
                      group.spawn(
                        Callable {
                          try {
                            kind.start(this, forEver()).join()
                          } finally {
                            ended += kind.name
                          }
                        },
                      )
                    }
                    group.spawn(
                      Callable {
                        failing.start(this, fails).join()
                      },
                    )
                  },
                )
              }
            val failure = shouldThrow<ExceptionGroup> { group.await() }
            failure.exceptions().map { it.message } shouldContainExactly listOf("boom")
            ended shouldContainExactly Kind.entries.map { it.name }
            Aio.allTasks().size shouldBe 2 // main, and this body
          }
        }
      }
    }

    test("CTX-1: CTX-2: every kind sees its creator's variables, and changes only its own") {
      val who: ContextVar<String> = ContextVar.create("who", "nobody")
      for (kind in Kind.entries) {
        withClue(kind) {
          supervised {
            who.set("creator")
            val task =
              kind.start(
                this,
                Doing(
                  {
                    val before = who.get()
                    who.set("child")
                    Aio.yieldNow()
                    before + " " + who.get()
                  },
                  {
                    val before = who.get()
                    who.set("child")
                    yieldNow()
                    before + " " + who.get()
                  },
                ),
              )
            who.set("changed later")
            task.await() shouldBe "creator child"
            who.get() shouldBe "changed later"
          }
        }
      }
    }

    test("AC-tasks-cancellation.9: requests are counted for every kind, and taken back") {
      for (kind in Kind.entries) {
        withClue(kind) {
          supervised {
            val task = kind.start(this, forEver())
            settle()
            task.cancelRequests() shouldBe 0
            task.cancel()
            task.cancel()
            task.cancelRequests() shouldBe 2
            task.uncancel() shouldBe 1
            task.uncancel() shouldBe 0
            task.uncancel() shouldBe 0
            shouldBeCancelled(task) // delivered by then: it does not come back
          }
        }
      }
    }

    test("AC-tasks-cancellation.7: a cancel before the first step, whose body never runs") {
      for (kind in Kind.entries) {
        withClue(kind) {
          supervised {
            var ran = false
            val task = kind.start(this, Doing({ ran = true }, { ran = true }))
            task.cancel("early")
            shouldBeCancelled(task)
            ran shouldBe false
          }
        }
      }
    }

    test("TASK-6: what is swallowed ends every kind with a value where the kind allows it") {
      for (kind in Kind.entries) {
        withClue(kind) {
          supervised {
            val never = Aio.newPromise<String>()
            val task =
              kind.start(
                this,
                Doing(
                  {
                    try {
                      never.join()
                    } catch (swallowed: CancelledError) {
                      "swallowed"
                    }
                  },
                  {
                    try {
                      never.await()
                    } catch (swallowed: CancellationException) {
                      "swallowed"
                    }
                  },
                ),
              )
            settle()
            task.cancel()
            settle()
            // Kotlin's cancel is a state of the coroutine: one in the chain, and the chain ends so.
            task.isDone shouldBe true
            task.isCancelled shouldBe (kind != Kind.JAVA)
          }
        }
      }
    }
  })

private fun throwIt(): Unit = throw IOException("boom")

private fun forEver(): Doing<*> {
  val never = Aio.newPromise<String>()
  return Doing({ never.join() }, { never.await() })
}
