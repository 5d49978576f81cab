package io.greenloop.script.cli

import io.greenloop.script.CachedScript
import io.greenloop.script.ExitCode
import io.greenloop.script.Home
import io.greenloop.script.ScriptRunner
import io.greenloop.script.complain
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit

/**
 * `run --watch`: the script in a process of its own, which is ended and started again when the
 * script, or a file it imports or is linked with, has changed.
 *
 * The files are looked at, not subscribed to: editors replace them in many ways, and some file
 * systems tell nobody.
 *
 * @param shown the script as it was typed
 * @param words what follows `run`
 */
internal class WatchedRun(
  private val shown: String,
  private val words: List<String>,
) {
  private val script = Path.of(shown)

  @Volatile
  private var child: Process? = null

  /** Runs until Ctrl-C, which ends the child in the way of a script. */
  fun run(): Int {
    ScriptRunner.problem(script)?.let {
      complain("run $shown: $it")
      return ExitCode.USAGE
    }
    Runtime.getRuntime().addShutdownHook(Thread { child?.let(::end) })
    while (true) {
      var before = marks()
      val process = start()
      do {
        Thread.sleep(INTERVAL_MILLIS)
        val now = marks()
        val isChanged = Files.exists(script) && before.any { (file, mark) -> now[file] != mark }
        if (!isChanged) before = before + now.filterKeys { it !in before } // imports, by now known
      } while (!isChanged)
      interrupt(process)
      end(process)
      complain("$shown has changed; it runs again")
    }
  }

  private fun marks(): Map<Path, String> =
    ScriptRunner.sources(script).associateWith { CachedScript.mark(it) }

  private fun start(): Process {
    val process = ProcessBuilder(listOf("${Home.launcher}", "run") + words).inheritIO().start()
    child = process
    process.onExit().thenAccept {
      if (child ===
        it
      ) {
        complain("$shown ended with exit code ${it.exitValue()}; save it to run it again")
      }
    }
    return process
  }

  /** As Ctrl-C does: its cleanup runs. */
  private fun interrupt(process: Process) {
    child = null
    if (process.isAlive) ProcessBuilder("kill", "-INT", "${process.pid()}").start().waitFor()
  }

  /** Ctrl-C in a terminal has reached the child by itself; it has some time for its cleanup. */
  private fun end(process: Process) {
    if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly()
  }

  private companion object {
    const val INTERVAL_MILLIS = 200L
    const val GRACE_SECONDS = 5L
  }
}
