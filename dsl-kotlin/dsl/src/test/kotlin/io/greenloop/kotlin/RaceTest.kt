package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.CancelledError
import io.greenloop.ExceptionGroup
import io.greenloop.sync.Event
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import java.io.IOException
import java.util.concurrent.Callable
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class RaceTest :
  FunSpec({
    test("the first to return wins, and the others have cleaned up by then") {
      trailOf { t ->
        val winner =
          race(
            {
              try {
                awaitCancellation()
              } finally {
                withContext(NonCancellable) { sleep(5.milliseconds) }
                t.note("cleaned")
              }
            },
            {
              sleep(10.milliseconds)
              "b"
            },
          )
        t.note(winner)
      } shouldContainExactly listOf("cleaned@15", "b@15")
    }

    test("the first to fail wins a race, firstSuccess passes over it") {
      virtually {
        shouldThrow<IOException> {
          race({ throw IOException("a") }, { awaitCancellation() })
        }.message shouldBe "a"
        firstSuccess({ throw IOException("a") }, { yieldNow().let { "b" } })
      } shouldBe "b"
    }

    test(
      "if none succeeds all failures are thrown in their order, a withTimeout that ran out too",
    ) {
      virtually {
        val failure =
          shouldThrow<ExceptionGroup> {
            firstSuccess<String>(
              { withTimeout(20.milliseconds) { awaitCancellation() } },
              { throw IOException("early") },
            )
          }
        failure.summary() shouldBe "firstSuccess: none succeeded"
        failure.exceptions().first().message
      } shouldBe "early"
    }

    test("what a loser throws is suppressed in the failure that won, and thrown beside a result") {
      virtually {
        val loser: suspend LoopScope.() -> String = {
          try {
            awaitCancellation()
          } finally {
            throw IOException("cleanup")
          }
        }
        val failure = shouldThrow<IOException> { race(loser, { throw IOException("winner") }) }
        failure.suppressed.map { it.message } shouldContainExactly listOf("cleanup")
        shouldThrow<IOException> { race(loser, { "result" }) }.message
      } shouldBe "cleanup"
    }

    test("AC-threads.3: the next one begins when the one before has failed, at once") {
      trailOf { t ->
        val winner =
          staggeredRace(
            1.seconds,
            { throw IOException("a") },
            { sleep(5.milliseconds).let { "b" } },
            { t.note("c") },
          )
        t.note(winner)
        val other = staggeredRace(null, { throw IOException("a") }, { "b" }, { t.note("c") })
        t.note(other)
      } shouldContainExactly listOf("b@5", "b@5")
    }

    test("AC-threads.3: or after the delay, which counts from the start of the one before") {
      trailOf { t ->
        val slow: (String) -> (suspend LoopScope.() -> String) = { name ->
          {
            t.note(name)
            try {
              sleep(50.milliseconds)
              name
            } catch (cancelled: CancellationException) {
              t.note("$name cancelled")
              throw cancelled
            }
          }
        }
        t.note(staggeredRace(20.milliseconds, slow("a"), slow("b"), slow("c")) + " wins")
      } shouldContainExactly
        listOf("a@0", "b@20", "c@40", "b cancelled@50", "c cancelled@50", "a wins@50")
    }

    test("AC-threads.3: of two that could win in one turn the second is cancelled") {
      trailOf { t ->
        val go = Event()
        val waits: suspend LoopScope.() -> String = {
          try {
            go.await()
            "won"
          } catch (cancelled: CancellationException) {
            t.note("cancelled")
            throw cancelled
          }
        }
        val winner =
          staggeredRace(10.milliseconds, waits, waits, { go.set().let { awaitCancellation() } })
        t.note(winner)
      } shouldContainExactly listOf("cancelled@20", "won@20")
    }

    test("AC-threads.3: a cancel of the caller cancels all, and nothing begins after it") {
      trailOf { t ->
        val task =
          spawn {
            staggeredRace(
              10.milliseconds,
              {
                try {
                  awaitCancellation()
                } finally {
                  withContext(NonCancellable) { sleep(30.milliseconds) }
                  t.note("cleaned")
                }
              },
              { t.note("never") },
            )
          }
        sleep(5.milliseconds)
        task.cancel()
        runCatching { task.await() }.exceptionOrNull()!!.cause!!::class shouldBe
          CancelledError::class
        t.note("end")
      } shouldContainExactly listOf("cleaned@35", "end@35")
    }

    test("AC-threads.3: if none succeeds all failures are thrown") {
      virtually {
        shouldThrow<ExceptionGroup> {
          staggeredRace<Int>(null, { throw IOException("a") }, { throw IOException("b") })
        }.exceptions().map { it.message } shouldContainExactly listOf("a", "b")
        shouldThrow<IllegalArgumentException> { staggeredRace<Int>(null) }.message
      } shouldBe "staggeredRace: nothing to run; give at least one body"
    }

    test("who ends inside its launch decides the race, and those behind it never begin") {
      virtually { t ->
        withContext(LoopDispatcher(t.loop()).immediate) {
          delay(1) // resumed by its timer: from here a launch runs its first step in place
          var begun = 0
          race(
            { "a" },
            {
              begun++
              awaitCancellation()
            },
          ) shouldBe "a"
          firstSuccess(
            { throw IOException("a") },
            { "b" },
            {
              begun++
              awaitCancellation()
            },
          ) shouldBe "b"
          begun
        }
      } shouldBe 0
    }

    test("on the threads of another dispatcher one wins, and nobody is left behind")
      .config(timeout = 60.seconds) {
        withContext(Dispatchers.Default) {
          repeat(RACES) {
            race({ "a" }, { awaitCancellation() }) shouldBe "a"
            val failure =
              shouldThrow<ExceptionGroup> {
                firstSuccess<Int>({ throw IOException("a") }, { throw IOException("b") })
              }
            failure.exceptions().size shouldBe 2
          }
        }
      }

    test("what a cleanup throws when the caller is cancelled is thrown, as by coroutineScope") {
      virtually {
        val contestant: suspend LoopScope.() -> String = {
          try {
            awaitCancellation()
          } finally {
            throw IOException("cleanup")
          }
        }
        val other: suspend LoopScope.() -> String = { awaitCancellation() }
        for (contest in listOf<suspend () -> Any>(
          { race(contestant, other) },
          { firstSuccess(contestant, other) },
          { race({ withTimeout(1.hours) { contestant() } }, other) },
        )) {
          shouldThrow<IOException> { withTimeoutOrNull(10.milliseconds) { contest() } }
            .message shouldBe "cleanup"
        }
      }
    }

    test("a failure that has won is thrown, also when the caller is cancelled meanwhile") {
      virtually {
        shouldThrow<IOException> {
          withTimeoutOrNull(10.milliseconds) {
            race(
              { throw IOException("winner") },
              { withContext(NonCancellable) { sleep(20.milliseconds) } },
            )
          }
        }.message
      } shouldBe "winner"
    }

    test("a time limit around is no winner: a race under it ends with the limit") {
      virtually {
        withTimeoutOrNull(
          10.milliseconds,
        ) { race({ awaitCancellation() }, { awaitCancellation() }) }
      } shouldBe null
    }

    test("a staggered race is decided where one ends inside its launch, and elsewhere")
      .config(timeout = 60.seconds) {
        virtually { t ->
          withContext(LoopDispatcher(t.loop()).immediate) {
            delay(1)
            staggeredRace(null, { "a" }, { awaitCancellation() })
          }
        } shouldBe "a"
        withContext(Dispatchers.Default) {
          repeat(RACES) {
            staggeredRace(Duration.ZERO, { "a" }, { awaitCancellation() }) shouldBe "a"
          }
        }
      }

    test("nothing to run is refused") {
      virtually {
        shouldThrow<IllegalArgumentException> { race<Int>() }.message
      } shouldBe "race: nothing to run; give at least one body"
    }

    test("a cancel at any point leaves nobody behind") {
      for (seed in 1L..5L) {
        for (turns in 0 until 10) {
          withClue("seed $seed, cancelled after $turns turns") {
            TestLoop.virtual(seed).use { t -> t.run(Callable { loop { cancelARace(turns) } }) }
          }
        }
      }
    }
  })

/** Several threads meet in most of them. */
private const val RACES = 500

private suspend fun LoopScope.cancelARace(turns: Int) {
  var open = 0
  val contestant: suspend LoopScope.() -> String = {
    open++
    try {
      repeat(3) { yieldNow() }
      "won"
    } finally {
      open--
    }
  }
  val task = spawn { race(contestant, contestant) }
  repeat(turns) { yieldNow() }
  val asked = task.cancel()
  val outcome = runCatching { task.await() }
  if (asked) {
    (outcome.exceptionOrNull()?.cause is CancelledError) shouldBe true
  } else {
    outcome.getOrThrow() shouldBe "won"
  }
  open shouldBe 0
  Aio.allTasks().size shouldBe 2 // main, and this body
}
