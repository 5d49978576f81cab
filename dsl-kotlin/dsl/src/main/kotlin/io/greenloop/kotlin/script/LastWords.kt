package io.greenloop.kotlin.script

import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.toJavaDuration

/** The end of a process that nothing else ends. */
internal object LastWords {
  private val PATIENCE = 500.milliseconds

  /** Says it and ends the JVM, also where nobody reads what is printed: a full pipe blocks a writer. */
  fun halt(
    report: String,
    code: Int,
  ) {
    val last =
      Thread.ofPlatform().daemon().name("greenloop-last-words").start {
        System.err.println("greenloop: $report")
        System.out.flush()
      }
    last.join(PATIENCE.toJavaDuration())
    Runtime.getRuntime().halt(code)
  }
}
