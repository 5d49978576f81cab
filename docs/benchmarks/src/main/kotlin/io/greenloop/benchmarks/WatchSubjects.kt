package io.greenloop.benchmarks

import io.greenloop.Aio
import io.greenloop.EventLoop
import java.lang.management.ManagementFactory

private const val SECONDS_OF_YIELDS = 10

/** What the watchdog takes for itself while a loop is busy. */
internal fun watchSubjects(): List<Subject> =
  listOf(
    JvmSubject("watchdog", "greenloop-task", SECONDS_OF_YIELDS, "us/s", once = true) { seconds ->
      onLoop {
        val loop = EventLoop.current()
        val end = loop.time().plusSeconds(seconds.toLong())
        while (loop.time() < end) Aio.yieldNow()
        cpuMicrosOf("greenloop-watchdog")
      }
    },
  )

private fun cpuMicrosOf(name: String): Long {
  val threads = ManagementFactory.getThreadMXBean()
  val thread = Thread.getAllStackTraces().keys.single { it.name == name }
  return threads.getThreadCpuTime(thread.threadId()) / 1_000
}
