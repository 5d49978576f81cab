package io.greenloop.benchmarks

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.writeText

/** From the command line to the end of a program that waits once: whole processes. */
internal fun startSubjects(): List<Subject> =
  listOf(
    ProcessSubject("start", "greenloop-suspend") { unchangedScript() },
    ProcessSubject("start", "asyncio") { Python.line("asyncio", "asyncio.run(asyncio.sleep(0))") },
    ProcessSubject("start", "gevent") { Python.line("gevent", "gevent.sleep(0)") },
  )

/** Compiled before, so that what is measured is what every further run costs. */
private fun unchangedScript(): List<String>? {
  val launcher = System.getProperty("greenloop.launcher") ?: return null
  val script: Path = Files.createTempFile("greenloop-start", ".loop.kts")
  script.toFile().deleteOnExit()
  script.writeText("loop { yieldNow() }\nprintln(\"hello\")\n")
  val line = listOf(launcher, "run", script.toString())
  val first =
    ProcessBuilder(line)
      .redirectError(ProcessBuilder.Redirect.INHERIT)
      .redirectOutput(ProcessBuilder.Redirect.DISCARD)
      .start()
  check(first.waitFor() == 0) { "start: ${line.joinToString(" ")} failed" }
  return line
}
