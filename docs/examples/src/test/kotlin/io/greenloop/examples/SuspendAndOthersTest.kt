package io.greenloop.examples

import io.greenloop.Aio
import io.greenloop.AsyncTimeoutException
import io.greenloop.CancelledError
import io.greenloop.LoopFuture
import io.greenloop.eventlet.Eventlet
import io.greenloop.gevent.Gevent
import io.greenloop.greenlet.Greenlet
import io.greenloop.greenlet.GreenletExit
import io.greenloop.kotlin.await
import io.greenloop.kotlin.loop
import io.greenloop.kotlin.spawn
import io.greenloop.testing.TestLoop
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.delay
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withTimeout
import java.time.Duration
import java.util.concurrent.Callable
import kotlin.coroutines.cancellation.CancellationException

/** Code that runs, and how its own kind ends it. */
private class Running(
  val result: LoopFuture<String>,
  val end: () -> Unit,
)

private val limit: Duration = Duration.ofMillis(5)

/** A kind of code: what it hears when it is ended, and what its time limits throw. */
private enum class Kind(
  val exit: Class<out Throwable>,
  val over: Class<out Throwable>,
) {
  SUSPEND(CancellationException::class.java, TimeoutCancellationException::class.java) {
    override fun start(
      scope: CoroutineScope,
      suspending: suspend () -> String,
      parking: () -> String,
    ): Running = scope.spawn { suspending() }.let { task -> Running(task) { task.cancel() } }

    override fun within(body: () -> String): String = error("suspend code uses withTimeout")
  },

  TASK(CancelledError::class.java, AsyncTimeoutException::class.java) {
    override fun start(
      scope: CoroutineScope,
      suspending: suspend () -> String,
      parking: () -> String,
    ): Running = Aio.spawn(Callable { parking() }).let { task -> Running(task) { task.cancel() } }

    override fun within(body: () -> String): String = Aio.timeout(limit, Callable { body() })
  },

  GREENLET(CancelledError::class.java, AsyncTimeoutException::class.java) {
    override fun start(
      scope: CoroutineScope,
      suspending: suspend () -> String,
      parking: () -> String,
    ): Running {
      val host = Aio.spawn(Callable { Greenlet { _ -> parking() }.switchTo() as String })
      return Running(host) { host.cancel() }
    }

    override fun within(body: () -> String): String = Aio.timeout(limit, Callable { body() })
  },

  EVENTLET(GreenletExit::class.java, io.greenloop.eventlet.Timeout::class.java) {
    override fun start(
      scope: CoroutineScope,
      suspending: suspend () -> String,
      parking: () -> String,
    ): Running {
      val thread = Eventlet.spawn(Callable { parking() })
      return Running(thread.toFuture()) { thread.kill() }
    }

    override fun within(body: () -> String): String =
      Eventlet.withTimeout(limit, Callable { body() })
  },

  GEVENT(GreenletExit::class.java, io.greenloop.gevent.Timeout::class.java) {
    override fun start(
      scope: CoroutineScope,
      suspending: suspend () -> String,
      parking: () -> String,
    ): Running {
      val greenlet = Gevent.spawn(Callable { parking() })
      return Running(greenlet.toFuture()) { Gevent.kill(greenlet) }
    }

    override fun within(body: () -> String): String = Gevent.withTimeout(limit, Callable { body() })
  }, ;

  /** What who waits for it is thrown when it is ended: a kill is a failure, and no cancel. */
  val heard: String
    get() = if (exit == GreenletExit::class.java) "GreenletExit" else "CancelledError"

  /** Runs the one or the other body as code of this kind. */
  abstract fun start(
    scope: CoroutineScope,
    suspending: suspend () -> String,
    parking: () -> String,
  ): Running

  /** Runs [body], in code of this kind, with its kind of limit. */
  abstract fun within(body: () -> String): String

  /** Code that sleeps, and then gives [outcome]; it notes what ends it early. */
  fun sleeper(
    scope: CoroutineScope,
    t: TestLoop,
    outcome: () -> String = { "slept" },
  ): Running {
    fun noted(thrown: Throwable): Throwable {
      t.note(if (exit.isInstance(thrown)) "ended" else "ended by $thrown")
      return thrown
    }
    return start(
      scope,
      suspending = {
        try {
          delay(20)
        } catch (thrown: Throwable) {
          throw noted(thrown)
        }
        outcome()
      },
      parking = {
        try {
          Aio.sleep(Duration.ofMillis(20))
        } catch (thrown: Throwable) {
          throw noted(thrown)
        }
        outcome()
      },
    )
  }

  /** Code that waits for [future]; it notes what that throws. */
  fun waiter(
    scope: CoroutineScope,
    t: TestLoop,
    future: LoopFuture<String>,
  ): Running {
    fun noted(thrown: Throwable): String {
      t.note("heard of ${thrown.javaClass.simpleName}")
      return ""
    }
    return start(
      scope,
      suspending = {
        try {
          future.await()
        } catch (cancelled: CancellationException) {
          noted(cancelled.cause ?: cancelled)
        } catch (thrown: Throwable) {
          noted(thrown)
        }
      },
      parking = {
        try {
          future.join()
        } catch (thrown: Throwable) {
          noted(thrown)
        }
      },
    )
  }

  /** Code that gives up waiting for [future], by a limit of its kind. */
  fun impatient(
    scope: CoroutineScope,
    t: TestLoop,
    future: LoopFuture<String>,
  ): Running {
    fun noted(thrown: Throwable): String {
      t.note(if (over.isInstance(thrown)) "given up" else "thrown $thrown")
      return ""
    }
    return start(
      scope,
      suspending = {
        try {
          withTimeout(limit.toMillis()) { future.await() }
        } catch (thrown: Throwable) {
          noted(thrown)
        }
      },
      parking = {
        try {
          within { future.join() }
        } catch (thrown: Throwable) {
          noted(thrown)
        }
      },
    )
  }
}

/** What a suspend program notes on virtual time; a failure of one child is not that of the others. */
private fun trail(body: suspend CoroutineScope.(TestLoop) -> Unit): List<String> =
  TestLoop.virtual().use { t ->
    t.run(
      Callable {
        loop {
          supervisorScope { body(t) }
        }
      },
    )
    t.errors() // eventlet and gevent report what a green thread throws
    t.trail()
  }

class SuspendAndOthersTest :
  FunSpec({
    val pairs =
      Kind.entries
        .flatMap { waits -> Kind.entries.map { works -> waits to works } }
        .filter { (waits, works) -> waits == Kind.SUSPEND || works == Kind.SUSPEND }

    for ((waits, works) in pairs) {
      test("$waits waits for $works") {
        trail { t ->
          val worker = works.sleeper(this, t)
          t.note(waits.waiter(this, t, worker.result).result.await())
        } shouldContainExactly listOf("slept@20")
      }

      test("$waits hears of the failure of $works") {
        trail { t ->
          val worker = works.sleeper(this, t) { throw NoSuchElementException("no result") }
          waits.waiter(this, t, worker.result).result.await()
        } shouldContainExactly listOf("heard of NoSuchElementException@20")
      }

      test("a limit of $waits ends its wait for $works, which goes on behind a shield") {
        trail { t ->
          val worker = works.sleeper(this, t)
          waits.impatient(this, t, Aio.shield(worker.result)).result.await()
          t.note(worker.result.await())
        } shouldContainExactly listOf("given up@5", "slept@20")
      }

      test("$waits hears that $works was ended") {
        trail { t ->
          val worker = works.sleeper(this, t)
          val waiter = waits.waiter(this, t, worker.result)
          delay(5)
          worker.end()
          waiter.result.await()
        } shouldContainExactly listOf("ended@5", "heard of ${works.heard}@5")
      }

      test("a cancel by $waits arrives in $works as the end that it knows") {
        trail { t ->
          val worker = works.sleeper(this, t)
          waits
            .start(
              this,
              suspending = {
                delay(5)
                worker.result.cancel()
                ""
              },
              parking = {
                Aio.sleep(limit)
                worker.result.cancel()
                ""
              },
            ).result
            .await()
          waits.waiter(this, t, worker.result).result.await()
        } shouldContainExactly listOf("ended@5", "heard of CancelledError@5")
      }
    }
  })
