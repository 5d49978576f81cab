package io.greenloop.examples

import io.greenloop.EventLoop
import io.greenloop.LoopOptions
import io.greenloop.RunOptions
import io.greenloop.testing.VirtualClock
import java.io.ByteArrayOutputStream
import java.io.PrintStream

/** What [program] prints, as lines. */
fun linesOf(program: () -> Unit): List<String> {
  val bytes = ByteArrayOutputStream()
  val before = System.out
  System.setOut(PrintStream(bytes, true, Charsets.UTF_8))
  try {
    program()
  } finally {
    System.setOut(before)
  }
  return bytes.toString(Charsets.UTF_8).lines().dropLastWhile { it.isEmpty() }
}

/** A loop whose time jumps: an example that sleeps for seconds takes none. */
fun virtualLoop(): EventLoop = EventLoop.create(LoopOptions.defaults().withClock(VirtualClock()))

/** Options for `Aio.run` on a loop whose time jumps. */
fun virtualTime(): RunOptions = RunOptions.DEFAULT.loopFactory(::virtualLoop)
