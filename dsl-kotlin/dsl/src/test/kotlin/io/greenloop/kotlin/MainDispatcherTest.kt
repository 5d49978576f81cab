package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CoroutineExceptionHandler
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.onTimeout
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.coroutines.yield
import java.io.IOException
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.EmptyCoroutineContext

private val name = ThreadLocal.withInitial { "nobody" }

/** What kotlinx promises of `Dispatchers.Main` holds for the dispatcher of a loop. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
class MainDispatcherTest :
  FunSpec({
    test("one launched on immediate runs in place, and after a yield behind who yielded before") {
      trailOf { t ->
        val main = LoopDispatcher(EventLoop.current())
        withContext(main) {
          launch(main.immediate) {
            t.note(1)
            yield()
            t.note(3)
          }
          t.note(2)
          yield()
          t.note(4)
        }
      } shouldContainExactly listOf("1@0", "2@0", "3@0", "4@0")
    }

    test(
      "withContext of the same dispatcher goes on in place; from elsewhere it queues, and comes back",
    ) {
      trailOf { t ->
        val main = LoopDispatcher(EventLoop.current())
        launch { t.note("queued") }
        withContext(main.immediate) { t.note("in place") }
        withContext(Dispatchers.Default) {
          withContext(main.immediate) { t.note("on the loop") }
          currentCoroutineContext()[ContinuationInterceptor] shouldBe Dispatchers.Default
        }
        t.note("back")
      }.map { it.substringBefore('@') } shouldContainExactly
        listOf("in place", "queued", "on the loop", "back")
    }

    test("two dispatchers of one loop are equal, so that withContext of either goes on in place") {
      trailOf { t ->
        val loop = EventLoop.current()
        launch { t.note("queued") }
        withContext(LoopDispatcher(loop)) { t.note("in place") }
        t.note(LoopDispatcher(loop) == LoopDispatcher(loop))
        t.note(setOf(LoopDispatcher(loop).immediate, LoopDispatcher(loop).immediate).size)
        t.note(LoopDispatcher(loop) == LoopDispatcher(loop).immediate)
        EventLoop.create().use { other -> t.note(LoopDispatcher(other) == LoopDispatcher(loop)) }
      } shouldContainExactly
        listOf("in place@0", "true@0", "1@0", "false@0", "false@0", "queued@0")
    }

    test("whether a dispatch is needed: always; on immediate only elsewhere") {
      TestLoop.virtual().use { t ->
        val main = LoopDispatcher(t.loop())
        main.immediate.isDispatchNeeded(EmptyCoroutineContext) shouldBe true
        main.immediate.immediate shouldBe main.immediate
        var needed = emptyList<Boolean>()
        t.loop().callSoon {
          needed =
            listOf(main, main.immediate).map { it.isDispatchNeeded(EmptyCoroutineContext) }
        }
        t.runUntilIdle()
        needed shouldBe listOf(true, false)
      }
    }

    test("undispatched and lazy starts, and one that is cancelled before its first step") {
      trailOf { t ->
        val lazy = launch(start = CoroutineStart.LAZY) { t.note("lazy") }
        launch(start = CoroutineStart.UNDISPATCHED) {
          t.note("undispatched")
          yield()
          t.note("dispatched")
        }
        launch { t.note("never") }.cancel()
        launch(start = CoroutineStart.ATOMIC) { t.note("atomic") }.cancel()
        t.note("body")
        lazy.join()
      } shouldContainExactly
        listOf("undispatched@0", "body@0", "dispatched@0", "atomic@0", "lazy@0")
    }

    test("an exception goes to the handler of its scope; under a supervisor the others go on") {
      trailOf { t ->
        val handler =
          CoroutineExceptionHandler {
            _,
            failure,
            ->
            t.note("handled ${failure.message}")
          }
        val scope = CoroutineScope(LoopDispatcher(t.loop()) + SupervisorJob() + handler)
        val failing = scope.launch { throw IOException("one") }
        val other =
          scope.launch {
            delay(10)
            t.note("other")
          }
        val lost = scope.async { throw IOException("kept") }
        joinAll(failing, other)
        shouldThrow<IOException> { lost.await() }
        scope.cancel()
      } shouldContainExactly listOf("handled one@0", "other@10")
    }

    test("a supervisor scope waits for all, and its failures stay with who awaits them") {
      virtually {
        supervisorScope {
          val results =
            List(3) { n ->
              async {
                delay(n * 10L)
                check(n != 1) { "no $n" }
                n
              }
            }
          results.map { runCatching { it.await() }.getOrElse { e -> e.message } }
        }
      } shouldBe listOf(0, "no 1", 2)
    }

    test("a thread-local of the context is set in each step of its coroutine, and in no other") {
      trailOf { t ->
        val named =
          launch(name.asContextElement("ann")) {
            t.note(name.get())
            delay(10)
            t.note(name.get())
            withContext(name.asContextElement("bob")) { t.note(name.get()) }
            launch { t.note(name.get() + " inherited") }
            t.note(name.get())
          }
        yield()
        t.note(name.get())
        named.join()
        t.note(name.get())
      } shouldContainExactly
        listOf(
          "ann@0",
          "nobody@0",
          "ann@10",
          "bob@10",
          "ann@10",
          "ann inherited@10",
          "nobody@10",
        )
    }

    test("select takes the first of two deferreds, or the time") {
      trailOf { t ->
        val slow =
          async {
            delay(30)
            "slow"
          }
        val quick =
          async {
            delay(10)
            "quick"
          }
        repeat(2) {
          t.note(
            select {
              slow.onAwait { it }
              if (quick.isActive) quick.onAwait { it }
              onTimeout(15) { "nothing" }
            },
          )
        }
        withTimeoutOrNull(1) { slow.await() } shouldBe null
      } shouldContainExactly listOf("quick@10", "nothing@25")
    }
  })
