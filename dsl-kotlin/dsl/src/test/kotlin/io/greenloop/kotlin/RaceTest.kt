package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.CancelledError
import io.greenloop.ExceptionGroup
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.io.IOException
import java.util.concurrent.Callable
import kotlin.time.Duration.Companion.milliseconds

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
        failure.message shouldBe "firstSuccess: none succeeded (2 sub-exceptions)"
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
