package example

import io.greenloop.Aio
import io.greenloop.LoopFuture
import io.greenloop.Promise
import io.greenloop.Task
import io.greenloop.inspect.CallGraph
import io.greenloop.inspect.TaskDump
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.await
import io.greenloop.kotlin.green
import io.greenloop.kotlin.lock
import io.greenloop.kotlin.loop
import io.greenloop.kotlin.receive
import io.greenloop.kotlin.spawn
import io.greenloop.sync.Lock
import io.greenloop.sync.Queue
import io.greenloop.sync.Select
import io.greenloop.testing.TestLoop
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldStartWith
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import java.util.concurrent.Callable
import java.util.concurrent.CompletableFuture
import kotlin.time.Duration.Companion.seconds

/** Suspend tasks in inspection. A package outside of ours: its frames are shown. */
class SuspendGraphTest :
  FunSpec({
    test("INT-1: a suspend task shows the suspend functions that wait for each other") {
      inspected {
        val go = Aio.newPromise<String>()
        val task = spawn("loader") { outer(go) }
        yieldNow()

        methodsOf(task.stackTrace()) shouldStartWith listOf("inner", "outer")
        task.stackTrace().first { it.methodName == "inner" }.fileName shouldBe "SuspendGraphTest.kt"
        methods(task) shouldStartWith listOf("inner", "outer")
        go.complete("x")
        task.await()
        task.stackTrace().toList().shouldBeEmpty()
      }
    }

    test("INT-1: so it does in a sleep, a yield, a queue and behind a lock") {
      inspected {
        val queue = Queue<String>()
        val lock = Lock()
        lock.lock()
        val sleeps = spawn { sleeps() }
        val yields = spawn { yields() }
        val receives = spawn { receives(queue) }
        val locks = spawn { locks(lock) }
        yieldNow()

        methods(sleeps) shouldStartWith listOf("sleeps")
        methods(yields) shouldStartWith listOf("yields")
        methods(receives) shouldStartWith listOf("receives")
        methods(locks) shouldStartWith listOf("locks")
        receives.waitsFor().get().toString() shouldContain "an item of queue@"
        lock.release()
        queue.put("x")
      }
    }

    test("INT-1: and below a time limit, in a child of kotlinx and in its delay") {
      inspected {
        val queue = Queue<String>()
        val limited = spawn { withTimeout(5.seconds) { receives(queue) } }
        val delays = spawn { delays() }
        val child = spawn { coroutineScope { launch { receives(queue) } } }
        repeat(2) { yieldNow() }

        methods(limited) shouldStartWith listOf("receives")
        methods(limited) shouldContain "invokeSuspend"
        methods(delays) shouldStartWith listOf("delays")
        methods(child) shouldStartWith listOf("receives")
        repeat(2) { queue.put("x") }
        limited.await()
        child.await()
        delays.cancel()
      }
    }

    test("INT-1: where a suspend task failed is its stack once it is done") {
      inspected {
        supervisorScope {
          val task = spawn { fails() }
          runCatching { task.await() }
          methodsOf(task.stackTrace()) shouldStartWith listOf("fails")
        }
      }
    }

    test("INT-1: the text of a dump has the lines of suspended code, from other threads too") {
      inspected {
        val go = Aio.newPromise<String>()
        val task = spawn("loader") { outer(go) }
        yieldNow()

        val seen = CompletableFuture.supplyAsync { TaskDump.capture(task.loop()).text() }.join()
        seen shouldContain
          Regex("'loader' waits for future@.*\n\tat example.SuspendGraphTestKt.inner")
        seen shouldContain "SuspendGraphTestKt.outer(SuspendGraphTest.kt:"
        TaskDump.capture(task.loop()).table() shouldContain "SuspendGraphTestKt.inner"
        go.complete("x")
      }
    }

    test("INT-1: the stack of the running suspend task begins in its own code") {
      inspected {
        spawn("own") {
          CallGraph
            .capture()!!
            .frames()
            .first()
            .className shouldContain "SuspendGraphTest"
        }.await()
      }
    }

    test("AC-graph.1: a suspend task that waits for a lock awaits its holder") {
      inspected {
        val lock = Lock()
        val go = Aio.newPromise<Unit>()
        val holder =
          spawn("holder") {
            lock.lock()
            go.await()
            lock.release()
          }
        yieldNow()
        val waiter =
          spawn("waiter") {
            lock.lock()
            lock.release()
          }
        yieldNow()

        names(holder) shouldBe "holder <- [waiter]"
        names(go) shouldBe "future <- [holder <- [waiter]]"
        go.complete(Unit)
        waiter.await()
        names(holder) shouldBe "holder"
        names(go) shouldBe "future"
      }
    }

    test("AC-graph.1: who receives, or selects, awaits no task, and the dump tells for what") {
      inspected {
        val queue = Queue<String>()
        val receives = spawn("receives") { receives(queue) }
        val selects =
          spawn("selects") {
            Select<String>()
              .get(queue) { it }
              .get(Queue<String>()) { it }
              .await()
          }
        yieldNow()

        val table = TaskDump.capture(receives.loop()).table()
        table shouldContain Regex("receives +waits for an item of queue@")
        table shouldContain Regex("selects +waits for one of 2 things")
        CallGraph.capture(receives).awaitedBy().shouldBeEmpty()
        repeat(2) { queue.put("x") }
        selects.await()
      }
    }

    test("AC-graph.1: edges go from Java to Kotlin to Java, and are gone once complete") {
      inspected {
        val go = Aio.newPromise<String>()
        val first = green("first") { go.join() }
        val second = spawn("second") { first.await() }
        val third = green("third") { second.join() }
        repeat(2) { yieldNow() }

        names(go) shouldBe "future <- [first <- [second <- [third]]]"
        CallGraph.capture(go).format() shouldContain "* task 'third' (pending)"
        go.complete("x")
        third.await()
        names(go) shouldBe "future"
      }
    }

    test("AC-graph.2: a circle through suspend tasks is named, not followed for ever") {
      inspected {
        val tasks = ArrayList<Task<*>>()
        tasks += spawn("left") { tasks[1].await() }
        tasks += spawn("right") { tasks[0].await() }
        yieldNow()

        CallGraph.capture(tasks[0]).format() shouldContain "(a circle: it is named above)"
        TaskDump.capture(tasks[0].loop()).tree() shouldContain "left"
        tasks[0].cancel()
      }
    }
  })

private suspend fun inner(go: Promise<String>): String = go.await() + "!"

private suspend fun outer(go: Promise<String>): String = inner(go) + "?"

private suspend fun LoopScope.sleeps() {
  sleep(1.seconds)
  Aio.currentTask()
}

private suspend fun LoopScope.yields() {
  yieldNow()
  Aio.currentTask()
}

private suspend fun delays() {
  delay(1_000)
  Aio.currentTask()
}

private fun fails(): Unit = throw IllegalStateException("no")

private fun methodsOf(stack: Array<StackTraceElement>): List<String> = stack.map { it.methodName }

private suspend fun receives(queue: Queue<String>): String = queue.receive() + "!"

private suspend fun locks(lock: Lock) {
  lock.lock()
  lock.release()
}

private fun methods(task: Task<*>): List<String> =
  CallGraph.capture(task).frames().map { it.methodName }

private fun names(future: LoopFuture<*>): String = names(CallGraph.capture(future))

private fun names(graph: CallGraph): String {
  val name = (graph.future() as? Task<*>)?.name() ?: "future"
  val awaitedBy = graph.awaitedBy().map { names(it) }
  return if (awaitedBy.isEmpty()) name else "$name <- $awaitedBy"
}

private fun inspected(body: suspend LoopScope.() -> Unit) {
  TestLoop.virtual().use { t -> t.run(Callable { loop { body() } }) }
}
