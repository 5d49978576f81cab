package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.LoopClosedException
import io.greenloop.internal.loop.LoopCores
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import java.util.concurrent.Callable
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class ClosedLoopTest :
  FunSpec({
    test(
      "a coroutine elsewhere that awaits a future of a loop is told of its close",
    ).config(timeout = 20.seconds) {
      val loop = EventLoop.create()
      val promise = loop.newPromise<String>()
      runBlocking {
        val waiter = async(Dispatchers.Unconfined) { runCatching { promise.await() } }
        loop.close()
        (waiter.await().exceptionOrNull() is LoopClosedException) shouldBe true
      }
    }

    test("the deferred of a future fails when the loop closes") {
      val loop = EventLoop.create()
      val deferred = loop.newPromise<String>().asDeferred()
      loop.close()
      deferred.isCompleted shouldBe true
      runBlocking { shouldThrow<LoopClosedException> { deferred.await() } }
    }

    test("what ended before its loop closed still has its outcome") {
      val loop = EventLoop.create()
      val task = loop.spawn(Callable { 1 })
      loop.runUntilComplete(task)
      loop.close()
      runBlocking {
        task.await() shouldBe 1
        task.asDeferred().await() shouldBe 1
      }
    }

    test(
      "a deferred at work elsewhere counts as work outside, one of the loop or a bare one does not",
    ) {
      virtually { t ->
        val core = LoopCores.of(t.loop())
        val gate = CompletableDeferred<Unit>()
        val elsewhere = async(Dispatchers.Default) { gate.await() }.asLoopFuture()
        core.outsideJobs() shouldBe 1
        val here = async { 1 }.asLoopFuture()
        val bare = CompletableDeferred<Int>().asLoopFuture()
        core.outsideJobs() shouldBe 1
        gate.complete(Unit)
        elsewhere.await()
        core.outsideJobs() shouldBe 0
        here.await() shouldBe 1
        bare.cancel()
      }
    }

    test(
      "what a closed loop has not come to ends cancelled, without waiting and without going on",
    ) {
      val loop = EventLoop.create()
      val scope = CoroutineScope(LoopDispatcher(loop))
      val trail = ConcurrentLinkedQueue<String>()
      val delays =
        scope.launch {
          delay(1.hours)
          trail += "delayed"
        }
      val limited =
        scope.async {
          try {
            withTimeout(1.hours) { awaitCancellation() }
          } catch (timeout: TimeoutCancellationException) {
            trail += "time out"
          }
        }
      loop.runUntilComplete(loop.spawn(Callable { repeat(4) { Aio.yieldNow() } }))
      LoopCores.of(loop).pendingTimers() shouldBe 2
      val queued = scope.launch { trail += "queued" }
      loop.close()
      runBlocking { joinAll(delays, limited, queued) }

      trail.toList() shouldContainExactly emptyList()
      listOf(delays, limited, queued).map { it.isCancelled } shouldContainExactly
        listOf(true, true, true)
    }

    test("coroutines of a stackful body end cancelled with their loop, too")
      .config(timeout = 20.seconds, blockingTest = true) {
        val loop = EventLoop.create()
        val trail = ConcurrentLinkedQueue<String>()
        val children = ArrayList<Job>()
        val gate = loop.newPromise<Unit>()
        CoroutineScope(LoopDispatcher(loop) + Job()).green {
          children +=
            launch {
              delay(1.hours)
              trail += "delayed"
            }
          children +=
            launch {
              gate.await()
              trail += "awaited"
            }
          val queue =
            launch(start = CoroutineStart.LAZY) { trail += "queued" }
          children += queue
          loop.callLater(1.milliseconds) {
            gate.complete(Unit)
            queue.start()
            loop.stop()
          }
        }
        loop.runForever()
        loop.close()
        runBlocking { children.joinAll() }

        trail.toList() shouldContainExactly emptyList()
        children.map { it.isCancelled } shouldContainExactly listOf(true, true, true)
      }

    test("a delay that is not cancellable ends with its loop, and never as if its time had come")
      .config(timeout = 20.seconds, blockingTest = true) {
        val loop = EventLoop.create()
        val trail = ConcurrentLinkedQueue<String>()
        val scope = CoroutineScope(LoopDispatcher(loop))
        val ended = Job()

        fun note(
          name: String,
          wait: suspend () -> Unit,
        ) = scope.spawn {
          launch {
            withContext(NonCancellable) {
              val failure = runCatching { wait() }.exceptionOrNull()
              trail += "$name: ${failure?.javaClass?.simpleName}"
              if (trail.size == 2) ended.complete()
            }
          }
        }
        loop.runUntilComplete(
          loop.spawn(
            Callable {
              note("delay") { delay(1.hours) }
              note("limit") { withTimeout(1.hours) { awaitCancellation() } }
              repeat(4) { Aio.yieldNow() }
            },
          ),
        )
        LoopCores.of(loop).pendingTimers() shouldBe 2
        loop.close()
        runBlocking { ended.join() }

        trail.sorted() shouldContainExactly
          listOf("delay: CancellationException", "limit: CancellationException")
      }

    test("what is started in a cancelled scope ends cancelled and never runs") {
      val ran = ArrayList<String>()
      virtually {
        runCatching {
          coroutineScope {
            cancel()
            spawn { ran += "suspend" }
            green { ran += "green" }
          }
        }
      }
      ran shouldContainExactly emptyList()
    }
  })
