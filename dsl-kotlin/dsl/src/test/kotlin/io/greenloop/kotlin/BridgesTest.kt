package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.CancelledError
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.supervisorScope
import java.util.concurrent.CompletableFuture

class BridgesTest :
  FunSpec({
    test("Java code waits for a deferred, in gather too") {
      virtually {
        val here =
          async {
            delay(5)
            1
          }
        val elsewhere = async(Dispatchers.Default) { 2 }
        green { Aio.gather(here.asLoopFuture(), elsewhere.asLoopFuture()).join() }.await()
      } shouldContainExactly listOf(1, 2)
    }

    test("failure and cancel of a deferred reach its future") {
      val failure = IllegalStateException("boom")
      virtually {
        supervisorScope {
          val bad = async { throw failure }
          val cancelled = CompletableDeferred<Int>()
          cancelled.cancel(CancellationException("no"))
          shouldThrow<IllegalStateException> { bad.asLoopFuture().await() } shouldBeSameInstanceAs
            failure
          val error =
            green { shouldThrow<CancelledError> { cancelled.asLoopFuture().join() } }.await()
          error.reason() shouldBe "no"
        }
      }
    }

    test("cancelling the future cancels the deferred") {
      virtually {
        val deferred = async { awaitCancellation() }
        val future = deferred.asLoopFuture()
        future.cancel()
        runCatching { deferred.join() }
        deferred.isCancelled
      } shouldBe true
    }

    test("kotlinx code waits for a task as a deferred; its cancel cancels the task") {
      virtually {
        val value = green { "value" }
        val endless = spawn { awaitCancellation() }
        val deferred = endless.asDeferred()
        yieldNow()
        deferred.cancel()
        shouldThrow<CancellationException> { endless.await() }
        value.asDeferred().await()
      } shouldBe "value"
    }

    test("FUT-10: a completion stage is awaited by way of wrap") {
      virtually {
        Aio.wrap(CompletableFuture.supplyAsync { "stage" }).await()
      } shouldBe "stage"
    }
  })
