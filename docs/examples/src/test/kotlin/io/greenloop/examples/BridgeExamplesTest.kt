package io.greenloop.examples

import io.greenloop.Aio
import io.greenloop.AsyncTimeoutException
import io.greenloop.CancelledError
import io.greenloop.RunOptions
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.time.Duration
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** A job of a process that ends only when it is killed. */
object Endless {
  @JvmStatic
  fun main(args: Array<String>) {
    CountDownLatch(1).await()
  }
}

/** A job of a process that fails. */
object Failing {
  @JvmStatic
  fun main(args: Array<String>): Unit = throw IllegalStateException("boom")
}

class BridgeExamplesTest :
  FunSpec({
    test("the MDC follows the tasks, and jobs on other threads") {
      linesOf { LogContext.run(virtualTime()) }.shouldContainExactly(
        "{service=shop, user=ann} begins",
        "{service=shop, user=bob} begins",
        "{service=shop, user=ann} asks the database",
        "{service=shop, user=ann} writes a report",
        "{service=shop, user=ann} ends",
        "{service=shop, user=bob} asks the database",
        "{service=shop, user=bob} writes a report",
        "{service=shop, user=bob} ends",
        "{service=shop} all served",
      )
    }

    test("jobs in processes, two at a time") {
      linesOf { ProcessPool.run(RunOptions.DEFAULT) }.shouldContainExactly("[1229, 1033] primes")
    }

    test("a cancel, a time limit and the close of the pool each kill a process") {
      val ends: List<(ProcessPool, io.greenloop.LoopFuture<String>) -> Unit> =
        listOf(
          { _, job ->
            job.cancel()
            shouldThrow<CancelledError> { job.join() }
          },
          { _, job ->
            shouldThrow<AsyncTimeoutException> { Aio.waitFor(job, Duration.ofMillis(1)) }
          },
          { pool, job ->
            pool.close()
            shouldThrow<InterruptedException> { job.join() }
          },
        )
      for (end in ends) {
        ProcessPool(1).use { pool ->
          Aio.run {
            val job = pool.start(Endless::class.java)
            while (pool.running().isEmpty()) Aio.sleep(Duration.ofMillis(1))
            val process = pool.running().single()
            process.isAlive shouldBe true
            end(pool, job)
            Aio.wrap(process.onExit().orTimeout(20, TimeUnit.SECONDS)).join().isAlive shouldBe false
          }
        }
      }
    }

    test("a process that fails is a failure of its job, with what it printed") {
      ProcessPool(1).use { pool ->
        Aio.run {
          shouldThrow<java.io.IOException> { pool.start(Failing::class.java).join() }
            .message shouldContain
            "ended with 1: Exception in thread \"main\" java.lang.IllegalStateException: boom"
        }
      }
    }
  })
