package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.ThrowingRunnable
import io.greenloop.internal.loop.LoopCores
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.nanoseconds

class LoopDispatcherTest :
  FunSpec({
    test("callbacks, Java tasks, suspend tasks and coroutines run in the order of scheduling") {
      trailOf { t ->
        t.loop().callSoon { t.note("callback 1") }
        Aio.spawn(ThrowingRunnable { t.note("java") })
        spawn { t.note("suspend") }
        launch { t.note("launch") }
        green { t.note("green") }
        t.loop().callSoon { t.note("callback 2") }
      } shouldContainExactly
        listOf("callback 1@0", "java@0", "suspend@0", "launch@0", "green@0", "callback 2@0")
    }

    test("a yield lets everything that is ready run first, once") {
      trailOf { t ->
        launch { t.note("other") }
        t.loop().callSoon { t.note("callback") }
        yield()
        t.note("kotlinx")
        t.loop().callSoon { t.note("callback 2") }
        yieldNow()
        t.note("ours")
      } shouldContainExactly
        listOf("other@0", "callback@0", "kotlinx@0", "callback 2@0", "ours@0")
    }

    test("delays and sleeps are timers of the loop, equal due times in order") {
      trailOf { t ->
        launch {
          delay(20)
          t.note("delay")
        }
        spawn {
          sleep(20.milliseconds)
          t.note("suspend")
        }
        green {
          sleep(20.milliseconds)
          t.note("green")
        }
        t.loop().callLater(20.milliseconds) { t.note("callback") }
        sleep(10.milliseconds + 1.nanoseconds)
        t.note("first")
      } shouldContainExactly
        listOf("first@10.000001", "callback@20", "delay@20", "suspend@20", "green@20")
    }

    test("a sleep of zero takes one turn and sets no timer") {
      trailOf { t ->
        t.loop().callSoon { t.note("callback") }
        sleep(0.milliseconds)
        t.note("slept")
      } shouldContainExactly listOf("callback@0", "slept@0")
    }

    test("code from other threads is posted and keeps its order") {
      virtually { t ->
        val scope = this
        withContext(Dispatchers.IO) {
          listOf(scope.launch { t.note("first") }, scope.launch { t.note("second") })
        }.joinAll()
        t.trail() shouldContainExactly listOf("first@0", "second@0")
        t.loop() shouldBeSameInstanceAs EventLoop.current()
      }
    }

    test("immediate goes on in place for the same task, and queues for another one") {
      trailOf { t ->
        val immediate = LoopDispatcher(t.loop()).immediate
        launch(immediate) { t.note("in place") }
        t.note("after")
        val outer = this
        spawn {
          outer.launch(
            immediate,
          ) { t.note(Aio.currentTask().get() === outer.coroutineContext.task) }
          t.note("before")
        }
      } shouldContainExactly listOf("in place@0", "after@0", "before@0", "true@0")
    }

    test("on immediate, too, a yield behind a wait lets everything that is ready run first") {
      trailOf { t ->
        withContext(LoopDispatcher(t.loop()).immediate) {
          spawn { }.await()
          t.loop().callSoon { t.note("callback") }
          yield()
          t.note("yielded")
        }
      } shouldContainExactly listOf("callback@0", "yielded@0")
    }

    test("immediate goes on in place for coroutines without a task, in callbacks too") {
      TestLoop.virtual().use { t ->
        val immediate = CoroutineScope(LoopDispatcher(t.loop()).immediate)
        t.loop().callSoon {
          immediate.launch {
            t.note("in place")
            immediate.launch { t.note("inside") }
          }
          t.note("after")
        }
        CoroutineScope(LoopDispatcher(t.loop())).launch {
          immediate.launch { t.note("in place") }
          t.note("after")
        }
        t.runUntilIdle()
        t.trail() shouldContainExactly
          listOf("in place@0", "inside@0", "after@0", "in place@0", "after@0")
      }
    }

    test("a timer set by another thread is gone when it was cancelled before it arrived") {
      virtually { t ->
        val scope = CoroutineScope(LoopDispatcher(t.loop()) + Job())
        val core = LoopCores.of(t.loop())
        val other =
          Thread.ofPlatform().start {
            scope.launch(start = CoroutineStart.UNDISPATCHED) { delay(1.hours) }
          }
        while (other.isAlive) Thread.onSpinWait() // a join would let the loop take what arrived
        core.hasPosts() shouldBe true
        scope.cancel()
        repeat(3) { yieldNow() }
        core.pendingTimers()
      } shouldBe 0
    }

    test("one thread is within any limit") {
      virtually { t ->
        val dispatcher = LoopDispatcher(t.loop())
        dispatcher.limitedParallelism(1) shouldBeSameInstanceAs dispatcher
        shouldThrow<IllegalArgumentException> { dispatcher.limitedParallelism(0) }.message shouldBe
          "limitedParallelism: parallelism = 0 (expected >= 1)"
      }
    }

    test("a scope of its own runs kotlinx code on a loop that Java made") {
      TestLoop.virtual().use { t ->
        val scope = CoroutineScope(LoopDispatcher(t.loop()) + Job())
        scope.launch {
          delay(5)
          t.note("done without a task: " + Aio.currentTask().isEmpty)
        }
        t.runUntilIdle()
        t.trail() shouldContainExactly listOf("done without a task: true@5")
      }
    }

    test("a coroutine that resumes after the close is cancelled and finishes elsewhere") {
      val t = TestLoop.virtual()
      val ended = CompletableFuture<Throwable?>()
      val job = Job()
      CoroutineScope(LoopDispatcher(t.loop()) + job).launch {
        try {
          awaitCancellation()
        } catch (cancelled: CancellationException) {
          ended.complete(cancelled)
        }
      }
      t.runUntilIdle()
      t.close()
      job.cancel(CancellationException("late"))
      ended.get(10, TimeUnit.SECONDS)?.message shouldBe "late"
    }
  })

private val kotlin.coroutines.CoroutineContext.task get() = this[LoopTask]?.task
