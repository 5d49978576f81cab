package io.greenloop.project

import io.greenloop.Aio
import io.greenloop.Awaitable
import io.greenloop.ContextVar
import io.greenloop.EventLoop
import io.greenloop.TaskOptions
import io.greenloop.coroutine.Generator
import io.greenloop.greenlet.Greenlet
import io.greenloop.kotlin.GreenScope
import io.greenloop.kotlin.asLoopFuture
import io.greenloop.kotlin.await
import io.greenloop.kotlin.green
import io.greenloop.kotlin.loop
import io.greenloop.kotlin.spawn
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.async
import kotlinx.coroutines.plus
import java.util.concurrent.Callable
import kotlin.io.path.readLines

private val variable = ContextVar.create<String>("variable")
private val scoped = ScopedValue.newInstance<String>()
private val local = ThreadLocal<String>()
private val inheritable = InheritableThreadLocal<String>()

/** Which of the four have a value here. */
private fun seen(): Set<String> =
  setOfNotNull(
    "ContextVar".takeIf { variable.getOrNull() != null },
    "ScopedValue".takeIf { scoped.isBound },
    "ThreadLocal".takeIf { local.get() != null },
    "InheritableThreadLocal".takeIf { inheritable.get() != null },
  )

private val look = Callable { seen() }

/** By the row of the guide: the ways to begin something, and what is seen in it. */
private val kinds: Map<String, List<GreenScope.() -> Set<String>>> =
  mapOf(
    "`spawn` of Java, `green { }`" to
      listOf({ Aio.spawn(look).join() }, { green { seen() }.join() }),
    "the same with `rebind(value)`" to
      listOf({ Aio.spawn(TaskOptions.DEFAULT.rebind(scoped), look).join() }),
    "`green { }` of a scope with `asContextElement()`" to
      listOf({ (this + local.asContextElement()).green { seen() }.join() }),
    "suspend `spawn { }`, `launch`, `async`" to
      listOf({ spawn { seen() }.join() }, { async { seen() }.asLoopFuture().join() }),
    "the same with `asContextElement()`" to
      listOf({ async(local.asContextElement()) { seen() }.asLoopFuture().join() }),
    "`callSoon` and its like" to
      listOf(
        { called { EventLoop.current().callSoon(it) } },
        { called { EventLoop.current().callSoonThreadsafe(it) } },
      ),
    "`toThread`" to listOf({ Aio.toThread(look).join() }),
    "`runInExecutor`" to
      listOf({ Aio.runInExecutor(null, look).join() }, { Aio.runInterruptible(null, look).join() }),
    "a generator, while the task drives it" to
      listOf({ Generator.yielding<Set<String>> { it.yieldValue(seen()) }.use { it.next() } }),
    "a greenlet, which has [a context of its own](porting-greenlet.md), while the task drives it" to
      listOf(
        {
          @Suppress("UNCHECKED_CAST")
          Greenlet { _ -> seen() }.switchTo() as Set<String>
        },
      ),
  )

private fun called(schedule: (Runnable) -> Unit): Set<String> {
  val promise = Aio.newPromise<Set<String>>()
  schedule { promise.complete(seen()) }
  return (promise as Awaitable<Set<String>>).asFuture().join()
}

private fun GreenScope.seenIn(begin: GreenScope.() -> Set<String>): Set<String> {
  variable.set("set")
  local.set("set")
  inheritable.set("set")
  return ScopedValue.where(scoped, "set").call<Set<String>, Exception> { begin() }
}

/** The table of the guide, and what happens. */
class CarriedOverTest :
  FunSpec({
    val table =
      root
        .resolve("docs/guide/bridges.md")
        .readLines()
        .dropWhile { !it.startsWith("| begun by a task |") }
        .takeWhile { it.startsWith("|") }
        .map { line -> line.trim('|').split("|").map { it.trim() } }
    val columns = table.first().drop(1).map { it.trim('`') }
    val rows = table.drop(2)

    test("the table has a row for each way to begin something") {
      rows.map { it.first() } shouldContainExactlyInAnyOrder kinds.keys
    }

    for (row in rows) {
      test("as the guide says: ${row.first()}") {
        val said = columns.zip(row.drop(1)).filter { it.second.startsWith("yes") }.map { it.first }

        for (begin in kinds.getValue(row.first())) {
          loop { green { seenIn(begin) }.await() } shouldBe said.toSet()
        }
      }
    }
  })
