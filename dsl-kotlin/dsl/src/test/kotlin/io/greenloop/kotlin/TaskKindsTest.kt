package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.Awaitable
import io.greenloop.ContextVar
import io.greenloop.Task
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.supervisorScope
import java.util.concurrent.Callable
import kotlin.time.Duration.Companion.milliseconds

private fun <T> java(body: () -> T): Task<T> = Aio.spawn(Callable { body() })

class TaskKindsTest :
  FunSpec({
    test("a suspend task, a green one and a Java one wait for each other") {
      virtually {
        val bottom = java { "java" }
        val middle = spawn { bottom.await() + " suspend" }
        val green = green { middle.join() + " green" }
        val top = java { green.join() + " java" }
        top.await()
      } shouldBe "java suspend green java"
    }

    test("RUN-7: the body of loop is a task: current, named, listed") {
      virtually { t ->
        val task = Aio.currentTask().get()
        task.setName("main")
        Aio.allTasks() shouldContain task
        spawn("kid") {
          val kid = Aio.currentTask().get()
          "${kid.name()} of ${kid.parent().get().name()}"
        }.await()
      } shouldBe "kid of main"
    }

    test("TASK-1: tasks start in the order of creation, never inside the call") {
      trailOf { t ->
        repeat(3) { n -> spawn { t.note(n) } }
        t.note("spawned")
      } shouldContainExactly listOf("spawned@0", "0@0", "1@0", "2@0")
    }

    test("the current task is right on both sides of a suspension, and in kotlinx children") {
      virtually {
        val names = ArrayList<String>()

        fun note() = names.add(Aio.currentTask().get().name())
        val a =
          spawn("a") {
            note()
            delay(5)
            note()
            coroutineScope { async { note() }.await() }
          }
        val b =
          spawn("b") {
            note()
            a.await()
            note()
          }
        b.await()
        names
      } shouldContainExactly listOf("a", "b", "a", "a", "b")
    }

    test("CTX-1: a task starts with a copy of its creator's variables and keeps its own") {
      val name: ContextVar<String> = ContextVar.create("name", "nobody")
      virtually {
        name.set("main")
        val child =
          spawn {
            val before = name.get()
            name.set("child")
            delay(5)
            coroutineScope { async { name.set(name.get() + "!") }.await() }
            before + " " + name.get()
          }
        val green = green { name.get() }
        child.await() + " " + green.await() + " " + name.get()
      } shouldBe "main child! main main"
    }

    test("CTX-3: a loop body inside a task shares the caller's variables") {
      val name: ContextVar<String> = ContextVar.create("name", "nobody")
      virtually {
        green {
          loop { name.set("set inside") }
          name.get()
        }.await()
      } shouldBe "set inside"
    }

    test("what a body throws reaches every kind of waiter as the same object") {
      val failure = IllegalStateException("boom")
      virtually {
        supervisorScope {
          val suspend = spawn<Unit> { throw failure }
          val nested = spawn<Unit> { coroutineScope { coroutineScope { throw failure } } }
          val green = green<Unit> { throw failure }
          for (task in listOf(suspend, nested, green)) {
            shouldThrow<IllegalStateException> { task.await() } shouldBeSameInstanceAs failure
            green {
              shouldThrow<IllegalStateException> { task.join() }
            }.await() shouldBeSameInstanceAs
              failure
            task.exceptionNow() shouldBeSameInstanceAs failure
          }
        }
      }
    }

    test("a failure leaves loop as the same object") {
      val failure = IllegalStateException("boom")
      shouldThrow<IllegalStateException> {
        loop { coroutineScope { spawn { throw failure }.await() } }
      } shouldBeSameInstanceAs failure
    }

    test("TASK-13: a task that would wait for itself is told so") {
      virtually {
        supervisorScope {
          lateinit var task: Task<Unit>
          task = spawn("ouroboros") { task.await() }
          shouldThrow<IllegalStateException> { task.await() }.message
        }
      } shouldBe "await: task 'ouroboros' cannot wait for itself; return from it instead"
    }

    test("FUT-7: waiters of all kinds are woken in the order in which they came") {
      trailOf { t ->
        val promise = t.loop().newPromise<String>()
        repeat(2) { n ->
          spawn { t.note("suspend $n " + promise.await()) }
          green { t.note("green $n " + promise.join()) }
        }
        sleep(1.milliseconds)
        promise.complete("now")
      } shouldContainExactly
        listOf("suspend 0 now@1", "green 0 now@1", "suspend 1 now@1", "green 1 now@1")
    }

    test("an outcome that is there already is given without a turn") {
      trailOf { t ->
        val done = spawn { "done" }
        done.await()
        t.loop().callSoon { t.note("callback") }
        t.note(done.await())
        t.note((done as Awaitable<String>).await())
      } shouldContainExactly listOf("done@0", "done@0", "callback@0")
    }

    test("TASK-20: gather takes all kinds of tasks") {
      virtually {
        Aio.gather(spawn { 1 }, green { 2 }, java { 3 }).await()
      } shouldContainExactly listOf(1, 2, 3)
    }
  })
