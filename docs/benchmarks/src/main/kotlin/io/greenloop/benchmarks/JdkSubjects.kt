package io.greenloop.benchmarks

import java.util.ArrayDeque
import java.util.concurrent.Executor

/** What the JDK alone needs for the same: the floor under a stackful task. */
internal fun jdkSubjects(): List<Subject> =
  listOf(JvmSubject("yield", "jdk-vt", 200_000) { n -> timed { virtualThreadsInTurns(n) } })

/** Two virtual threads that yield to each other, run by a loop that does nothing else. */
private fun virtualThreadsInTurns(n: Int) {
  val ready = ArrayDeque<Runnable>()
  repeat(2) { virtualThread(ready::add) { repeat(n / 2) { Thread.yield() } }.start() }
  while (ready.isNotEmpty()) {
    ready.remove().run()
  }
}

/** The JDK has no public way to give a virtual thread a scheduler; the launcher opens `java.lang`. */
private fun virtualThread(
  scheduler: Executor,
  body: Runnable,
): Thread {
  val create =
    Class
      .forName("java.lang.ThreadBuilders")
      .getDeclaredMethod(
        "newVirtualThread",
        Executor::class.java,
        String::class.java,
        Int::class.java,
        Runnable::class.java,
      ).apply { isAccessible = true }
  return create.invoke(null, scheduler, null, 0, body) as Thread
}
