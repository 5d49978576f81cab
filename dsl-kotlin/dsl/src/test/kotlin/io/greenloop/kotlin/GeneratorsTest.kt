package io.greenloop.kotlin

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.milliseconds

class GeneratorsTest :
  FunSpec({
    test("PRG-7: a generator yields from any depth of calls") {
      fun walk(
        depth: Int,
        give: (Int) -> Unit,
      ) {
        if (depth > 0) walk(depth - 1, give)
        give(depth)
      }

      val numbers = generator { walk(3) { yield(it) } }
      numbers.asSequence().toList() shouldContainExactly listOf(0, 1, 2, 3)
    }

    test("GEN-3: a generator is sent values and gives a result") {
      val average =
        sendingGenerator<Double, Double, String> {
          var sum = 0.0
          for (count in 1..3) sum += yield(sum / count) ?: 1.0
          "sum $sum"
        }
      average.next() shouldBe 0.0
      average.send(3.0) shouldBe 1.5
      average.send(6.0) shouldBe 3.0
      average.hasNext() shouldBe false
      average.result() shouldBe "sum 10.0"
    }

    test("a generator delegates to another") {
      val inner = generator { for (n in 1..2) yield(n) }
      val outer =
        generator {
          yield(0)
          yieldFrom(inner)
          yieldFrom(listOf(3, 4))
        }
      outer.asSequence().toList() shouldContainExactly listOf(0, 1, 2, 3, 4)
    }

    test("a generator that a green task drives may wait for tasks") {
      trailOf { t ->
        green {
          val scope = this
          val slow =
            generator {
              for (n in 1..2) {
                scope.sleep(5.milliseconds)
                yield(scope.spawn { n * 10 }.join())
              }
            }
          for (n in slow) t.note(n)
        }
      } shouldContainExactly listOf("10@5", "20@10")
    }
  })
