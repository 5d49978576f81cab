package io.greenloop.kotlin

import io.greenloop.sync.Queue
import io.greenloop.sync.QueueClosedException
import io.greenloop.sync.Select
import io.greenloop.testing.TestLoop
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeUnique
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import java.time.Duration
import java.util.concurrent.Callable

class SelectTest :
  FunSpec({
    test("select takes one item and leaves the other queue alone") {
      virtually {
        val left = Queue<String>()
        val right = Queue<String>()
        val chosen =
          spawn { Select<String>().get(left) { "left $it" }.get(right) { "right $it" }.await() }
        yieldNow()
        right.put("b")
        left.put("a") // in the window before it runs
        left.size() shouldBe 1
        right.size() shouldBe 0
        chosen.await()
      } shouldBe "right b"
    }

    test("a time, then a closed queue, end it") {
      trailOf { t ->
        val queue = Queue<String>()
        val select =
          Select<String>().get(queue) { it }.after(Duration.ofMillis(5)) { "nothing came" }
        t.note(select.await())
        queue.close()
        shouldThrow<QueueClosedException> { select.await() }
      } shouldContainExactly listOf("nothing came@5")
    }

    test("Q-3: a cancel of a select at any point loses no item") {
      for (seed in 0L until 5) {
        for (turns in 0 until 14) {
          withClue("seed $seed, cancelled after $turns turns") {
            TestLoop.virtual(seed).use { t -> t.run(Callable { loop { takeAll(turns) } }) }
          }
        }
      }
    }
  })

private suspend fun LoopScope.takeAll(turns: Int) {
  val queues = listOf(Queue.rendezvous<Int>(), Queue(1))
  val taken = ArrayList<Int>()
  val takers =
    List(2) {
      spawn {
        val select = Select<Int>().get(queues[0]) { it }.get(queues[1]) { it }
        while (true) {
          taken += select.await()
          yieldNow()
        }
      }
    }
  val putters = List(8) { n -> spawn { queues[n % 2].send(n) } }
  repeat(turns) { yieldNow() }
  takers[0].cancel()
  putters.forEach { it.await() }
  repeat(20) { yieldNow() }
  takers[1].cancel()

  taken.shouldBeUnique()
  taken shouldHaveSize 8
}
