package io.greenloop.kotlin

import io.greenloop.AsyncTimeoutException
import io.greenloop.sync.Queue
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeLessThanOrEqual
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.property.Arb
import io.kotest.property.arbitrary.int
import io.kotest.property.arbitrary.list
import io.kotest.property.checkAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.toList
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds

private const val RUNS = 200

/** What holds for any input, on virtual time. A failure prints its seed, and what it shrinks to. */
class PropertiesTest :
  FunSpec({
    val times = Arb.list(Arb.int(1..50), 0..20)
    val limits = Arb.int(1..6)

    /** Counts what is under way at the same time. */
    class Busy {
      private var now = 0
      var most = 0
        private set

      suspend fun take(time: Int): Int {
        most = maxOf(most, ++now)
        delay(time.milliseconds)
        now--
        return time
      }
    }

    test("parallelMap keeps the order, and as many as its limit are under way") {
      checkAll(RUNS, times, limits) { items, limit ->
        virtually {
          val busy = Busy()
          items.parallelMap(limit) { busy.take(it) } shouldBe items
          busy.most shouldBe minOf(limit, items.size)
        }
      }
    }

    test("parallelMap of a flow keeps the order, and no more than its limit are under way") {
      checkAll(RUNS, times, limits) { items, limit ->
        virtually {
          val busy = Busy()
          items.asFlow().parallelMap(limit) { busy.take(it) }.toList() shouldBe items
          busy.most shouldBeLessThanOrEqual limit
        }
      }
    }

    test("throttle loses nothing, keeps the order, and the distance") {
      checkAll(RUNS, times, Arb.int(0..30)) { items, distance ->
        virtually { t ->
          val seen = mutableListOf<Pair<Int, Long>>()
          items
            .asFlow()
            .onEach { delay(it.milliseconds) }
            .throttle(distance.milliseconds)
            .collect { seen += it to t.loop().time().toMillis() }
          seen.map { it.first } shouldBe items
          for ((one, next) in seen.zipWithNext()) {
            next.second - one.second shouldBeGreaterThanOrEqual distance.toLong()
          }
        }
      }
    }

    test("retry asks as often as it may, and waits twice as long each time, up to the longest") {
      checkAll(RUNS, Arb.int(0..6), Arb.int(1..6), Arb.int(0..100)) { failures, tries, longest ->
        virtually { t ->
          var asked = 0
          val trying: suspend () -> Int = {
            retry(tries, pause = 10.milliseconds, longest = longest.milliseconds) {
              if (asked++ < failures) throw IOException("failure $asked")
              asked
            }
          }
          if (failures < tries) {
            trying() shouldBe failures + 1
          } else {
            shouldThrow<IOException> { trying() }.suppressed.size shouldBe tries - 1
          }
          val pauses = (1..<minOf(failures + 1, tries)).map { minOf(5 shl it, longest) }
          t.loop().time().toMillis() shouldBe pauses.sum().toLong()
        }
      }
    }

    test("all that is put into a queue comes out, in order, whoever is faster") {
      checkAll(RUNS, times, limits, Arb.int(0..30)) { items, capacity, pause ->
        virtually {
          val queue = Queue<Int>(capacity)
          green {
            for (item in items) {
              sleep(item.milliseconds)
              queue.put(item)
            }
            queue.close()
          }
          val taken = mutableListOf<Int>()
          for (item in queue.received()) {
            delay(pause.milliseconds)
            taken += item
          }
          taken shouldBe items
        }
      }
    }

    test("a limit passes where the body takes longer, and only there") {
      checkAll(RUNS, Arb.int(1..100), Arb.int(1..100)) { limit, time ->
        virtually { t ->
          if (time < limit) {
            timeout(limit.milliseconds) { sleep(time.milliseconds) }
          } else if (time > limit) {
            shouldThrow<AsyncTimeoutException> {
              timeout(limit.milliseconds) { sleep(time.milliseconds) }
            }
          }
          if (time != limit) t.loop().time().toMillis() shouldBe minOf(limit, time).toLong()
        }
      }
    }
  })
