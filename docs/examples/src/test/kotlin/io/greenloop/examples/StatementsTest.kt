package io.greenloop.examples

import io.greenloop.Aio
import io.greenloop.AsyncTimeoutException
import io.greenloop.CancelledError
import io.greenloop.EventLoop
import io.greenloop.greenlet.Greenlet
import io.greenloop.greenlet.GreenletError
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.time.Duration
import java.util.concurrent.Callable
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/** What articles often say, and what holds here. */
class StatementsTest :
  FunSpec({
    test(
      "PRG-21: cancelling a finished task returns false; every request counts and is delivered",
    ) {
      val trail = ArrayList<String>()

      Aio.run(
        virtualTime(),
        Callable {
          val task =
            Aio.spawn(
              Callable {
                repeat(2) {
                  try {
                    Aio.sleep(Duration.ofSeconds(60))
                  } catch (e: CancelledError) {
                    trail += "delivered: ${e.reason()}"
                  }
                }
                "done"
              },
            )
          for (reason in listOf("once", "twice")) {
            Aio.sleep(Duration.ofSeconds(1))
            task.cancel(reason) shouldBe true
          }
          task.cancelRequests() shouldBe 2
          task.join() shouldBe "done"
          task.cancel() shouldBe false
        },
      )

      trail.shouldContainExactly("delivered: once", "delivered: twice")
    }

    test("PRG-22: RunOptions.timeout cancels main, runs its cleanup, and throws") {
      val trail = ArrayList<String>()

      val late =
        shouldThrow<AsyncTimeoutException> {
          Aio.run(
            virtualTime().timeout(Duration.ofSeconds(5)),
            Callable {
              try {
                Aio.sleep(Duration.ofSeconds(60))
              } finally {
                Aio.sleep(Duration.ofSeconds(1)) // cleanup may wait
                trail += "cleaned up"
              }
            },
          )
        }

      late.message shouldBe "run: time limit of PT5S passed"
      trail.shouldContainExactly("cleaned up")
    }

    test("PRG-23: no loop is made implicitly; the error names the two ways to one") {
      val error = shouldThrow<IllegalStateException> { EventLoop.current() }

      error.message shouldBe
        "no event loop runs in thread '${Thread.currentThread().name}'; " +
        "run code on one with Aio.run, or create one with EventLoop.create()"
    }

    test("PRG-24: a switch across threads is refused by name; work moves by posting") {
      val foreign = Greenlet { "here" }
      var error: Throwable? = null
      val posted = CountDownLatch(1)

      val loop = EventLoop.create()
      val other =
        thread(name = "other") {
          error = runCatching { foreign.switchTo() }.exceptionOrNull()
          loop.runForever()
          loop.close()
        }
      loop.callSoonThreadsafe {
        posted.countDown()
        loop.stop()
      }

      posted.await(30, TimeUnit.SECONDS) shouldBe true
      other.join()
      val ids = Regex("Greenlet@[0-9a-f]+")
      (error as GreenletError).message!!.replace(ids, "Greenlet@1") shouldBe
        "switchTo: Greenlet@1 belongs to thread '${Thread.currentThread().name}'; " +
        "the caller, Greenlet@1, runs in thread 'other'; " +
        "a greenlet cannot switch to a different host, hand the value over in a BlockingQueue " +
        "that its thread takes from"
      foreign.switchTo() shouldBe "here"
    }

    test("PRG-25: PRG-26: two loops in two threads run at the same time; a loop is one thread") {
      val arrived = CountDownLatch(2)
      val carriers = List(2) { HashSet<String>() }

      val threads =
        carriers.map { mine ->
          thread {
            Aio.run {
              for (n in 1..3) Aio.spawn(Callable { mine += carrier() }).join()
              arrived.countDown()
              // Holds its loop, without a wait, until the other loop gets here too.
              while (arrived.count > 0) Thread.onSpinWait()
            }
          }
        }
      threads.forEach { it.join(30_000) }

      arrived.count shouldBe 0
      carriers.map { it.size }.shouldContainExactly(1, 1)
      (carriers[0] + carriers[1]).size shouldBe 2
    }

    test("PRG-26: processes are reached through an executor") {
      val java =
        ProcessHandle
          .current()
          .info()
          .command()
          .get()

      Aio.run(
        Callable {
          val exit = Aio.toThread { ProcessBuilder(java, "--version").start().waitFor() }
          exit.join() shouldBe 0
        },
      )
    }
  })

/** The platform thread under the calling task. */
private fun carrier(): String = "${Thread.currentThread()}".substringAfterLast('@')
