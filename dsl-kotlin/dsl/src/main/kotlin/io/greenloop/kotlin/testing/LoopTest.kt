package io.greenloop.kotlin.testing

import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.loop
import io.greenloop.testing.TestLoop
import java.util.concurrent.Callable

/**
 * Runs [body] as a suspend program on virtual time: the clock jumps to the next timer when nothing
 * else is left to do, so that `sleep`, `delay` and time limits take none. What kotlinx's `runTest` is
 * to its dispatchers; works in any test framework. Needs `greenloop-testing` on the class path.
 *
 * ```
 * @Test fun asksAgain() = loopTest { t ->
 *   every(1.minutes) { t.note("asked") }
 *   sleep(2.5.minutes)
 *   assertEquals(listOf("asked@0", "asked@60000", "asked@120000"), t.trail())
 *   coroutineContext.cancelChildren()
 * }
 * ```
 *
 * **Room:** the thread of the test, which it blocks until the body and what it started have ended.
 *
 * @param seed null: first come, first served; else it picks the next task among those that are ready
 * @throws AssertionError if errors were reported that the test has not asked for by [TestLoop.errors]
 * @throws Throwable what the body, or a child, failed with
 */
public fun loopTest(
  seed: Long? = null,
  body: suspend LoopScope.(TestLoop) -> Unit,
) {
  val test = if (seed == null) TestLoop.virtual() else TestLoop.virtual(seed)
  test.use { t -> t.run(Callable { loop { body(t) } }) }
}
