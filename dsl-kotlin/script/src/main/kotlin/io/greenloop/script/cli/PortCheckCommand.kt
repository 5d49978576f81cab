package io.greenloop.script.cli

import io.greenloop.script.ExitCode
import io.greenloop.script.complain
import picocli.CommandLine.Command
import picocli.CommandLine.Option
import picocli.CommandLine.Parameters
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Callable

/** Python's own parser reads the program; the tables of the guide say what its names have become. */
@Command(
  name = "port-check",
  description = [
    "Lists what a Python program uses of asyncio, greenlet, eventlet, gevent, and what that is here.",
    "It names the rules of docs/parity that hold, too. Needs python3.",
  ],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class PortCheckCommand : Callable<Int> {
  @Option(names = ["--json"], description = ["print one JSON object for each use"])
  private var json = false

  @Parameters(paramLabel = "FILE", arity = "1..*", description = ["Python sources"])
  private lateinit var files: List<Path>

  override fun call(): Int {
    val folder = Files.createTempDirectory("greenloop-port-check")
    try {
      for (name in RESOURCES) copy(name, folder.resolve(name))
      return check(folder)
    } finally {
      for (name in RESOURCES) Files.deleteIfExists(folder.resolve(name))
      Files.delete(folder)
    }
  }

  private fun copy(
    name: String,
    target: Path,
  ) = PortCheckCommand::class.java.getResourceAsStream("/io/greenloop/script/port/$name").use {
    Files.copy(checkNotNull(it) { "$name is not in this jar" }, target)
  }

  private fun check(folder: Path): Int {
    val words =
      listOf("python3", folder.resolve(RESOURCES.first()).toString(), folder.toString()) +
        listOfNotNull("--json".takeIf { json }) +
        files.map { it.toString() }
    val python =
      try {
        ProcessBuilder(words).inheritIO().start()
      } catch (none: IOException) {
        complain(
          "port-check: python3, whose parser reads the program, does not start: ${none.message}",
        )
        return ExitCode.USAGE
      }
    return python.waitFor()
  }

  private companion object {
    val RESOURCES =
      listOf(
        "port_check.py",
        "rows.tsv",
        "coming-from-asyncio.md",
        "porting-eventlet.md",
        "porting-gevent.md",
        "porting-greenlet-and-eventlet.md",
        "porting-greenlet.md",
      )
  }
}
