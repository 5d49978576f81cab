package io.greenloop.kotlin

import io.greenloop.testing.TestLoop
import java.util.concurrent.Callable

/** Whether the suite runs with the JVM flags. What needs them says why in its test's name. */
internal val isFullMode: Boolean = System.getProperty("greenloop.test.mode") != "portable"

/** Runs [body] as a suspend program on virtual time. */
internal fun <T> virtually(body: suspend LoopScope.(TestLoop) -> T): T =
  TestLoop.virtual().use { t -> t.run(Callable { loop { body(t) } }) }

/** The trail of a suspend program on virtual time. */
internal fun trailOf(body: suspend LoopScope.(TestLoop) -> Unit): List<String> =
  virtually {
    body(it)
    it
  }.trail()
