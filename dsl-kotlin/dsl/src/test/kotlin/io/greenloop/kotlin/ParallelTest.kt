package io.greenloop.kotlin

import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import java.io.IOException
import java.util.concurrent.Callable
import kotlin.random.Random
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** The forms of `parallelMap`; each maps with a function that may suspend. */
private val forms =
  mapOf<String, suspend LoopScope.(List<Int>, Int, suspend (Int) -> Int) -> List<Int>>(
    "a list" to { items, limit, transform -> items.parallelMap(limit, transform) },
    "a flow" to { items, limit, transform ->
      items.asFlow().parallelMap(limit, transform).toList()
    },
    "blocking code" to { items, limit, transform ->
      supervisorScope {
        green { items.parallelMap(limit) { item -> loop { transform(item) } } }.await()
      }
    },
  )

class ParallelTest :
  FunSpec({
    for ((name, form) in forms) {
      test(
        "any list, any limit, any duration of each: the results in order, no more at once ($name)",
      ) {
        for (seed in 1L..20L) {
          val random = Random(seed)
          val items = List(random.nextInt(30)) { random.nextInt(1000) }
          val limit = random.nextInt(1, 8)
          var running = 0
          var most = 0
          withClue("seed $seed") {
            TestLoop.virtual(seed).use { t ->
              t.run(
                Callable {
                  loop {
                    form(items, limit) { item ->
                      most = maxOf(most, ++running)
                      delay((item % 7).milliseconds)
                      running--
                      item + 1
                    }
                  }
                },
              )
            } shouldBe items.map { it + 1 }
            most shouldBeLessThanOrEqual limit
          }
        }
      }

      test("as many as the limit allows run at the same time ($name)") {
        trailOf { t ->
          form(List(6) { it }, 3) { item ->
            delay(10)
            item
          }
          t.note("end")
        } shouldBe listOf("end@20")
      }

      test("the first failure cancels the rest and is thrown ($name)") {
        trailOf { t ->
          shouldThrow<IOException> {
            form(listOf(1, 2, 3, 4), 3) { item ->
              delay(item * 10L)
              if (item == 2) throw IOException("no")
              item
            }
          }
          t.note("end")
        } shouldBe listOf("end@20")
      }

      test("a limit of none is refused ($name)") {
        virtually {
          shouldThrow<IllegalArgumentException> { form(listOf(1), 0) { it } }.message shouldBe
            "parallelMap: limit = 0 (expected >= 1)"
        }
      }
    }

    test("a list is mapped on other dispatchers, too") {
      withContext(Dispatchers.Default) { (1..100).parallelMap(4) { it * 2 } } shouldBe
        (1..100).map { it * 2 }
    }

    test("a slow collector holds the source up, and one that has enough ends it") {
      var asked = 0
      virtually {
        val source = flow { while (true) emit(++asked) }
        source
          .parallelMap(3) { it }
          .onEach { delay(10) }
          .take(5)
          .toList()
      } shouldBe listOf(1, 2, 3, 4, 5)
      asked shouldBeLessThanOrEqual 5 + 3 + 1
    }

    test("throttle keeps items apart, holds the source up and loses none") {
      trailOf { t ->
        val source =
          flow {
            repeat(3) {
              t.note("source $it")
              emit(it)
            }
            delay(50)
            emit(3)
          }
        source.throttle(20.milliseconds).collect { t.note(it) }
      } shouldContainExactly
        listOf(
          "source 0@0",
          "0@0",
          "source 1@0",
          "1@20",
          "source 2@20",
          "2@40",
          "3@90",
        )
    }

    test("throttle goes by the time of the system elsewhere") {
      val begin = System.nanoTime()
      (1..3)
        .asFlow()
        .throttle(2.milliseconds)
        .map {
          System.nanoTime() - begin
        }.toList()
        .last() shouldBeGreaterThanOrEqual
        3_000_000
    }
  })
