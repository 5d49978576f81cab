package io.greenloop.script.launcher

import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.io.path.createDirectories
import kotlin.io.path.writeText

/** What a finished process left: its exit code and all it printed. */
internal class Finished(
  val exitCode: Int,
  val out: String,
  val err: String,
)

/**
 * Runs the real command in child processes, as a user would: own work folder, own cache, archives off.
 *
 * The folder stays for the whole test class, so that the tests share compiled scripts.
 */
internal class Greenloop(
  name: String,
) {
  val work: Path =
    Path.of("target/launcher-tests").toAbsolutePath().createDirectories().let {
      Files.createTempDirectory(it, name) // nothing is deleted here: `clean` does it
    }
  val command: Path = dist.resolve("greenloop")
  val environment: MutableMap<String, String?> =
    mutableMapOf(
      "XDG_CACHE_HOME" to work.resolve("cache").toString(),
      "GREENLOOP_AOT" to "off",
      "GREENLOOP_JAVA_HOME" to System.getProperty("java.home"),
      "GREENLOOP_JAVA_OPTS" to null,
      "JAVA_TOOL_OPTIONS" to null,
    )

  /** Writes a script or another file below the work folder. */
  fun file(
    name: String,
    text: String,
  ): Path {
    val file = work.resolve(name)
    file.parent.createDirectories()
    file.writeText(text.trimIndent() + "\n")
    return file
  }

  fun run(
    vararg words: String,
    command: Path = this.command,
    with: Map<String, String?> = emptyMap(),
  ): Finished = start(*words, command = command, with = with).join()

  fun start(
    vararg words: String,
    command: Path = this.command,
    with: Map<String, String?> = emptyMap(),
  ): CompletableFuture<Finished> {
    val builder = ProcessBuilder(command.toString(), *words).directory(work.toFile())
    for ((name, value) in environment + with) {
      if (value == null) builder.environment().remove(name) else builder.environment()[name] = value
    }
    val process = builder.start()
    process.outputStream.close()
    val out = CompletableFuture.supplyAsync { String(process.inputStream.readAllBytes()) }
    val err = CompletableFuture.supplyAsync { String(process.errorStream.readAllBytes()) }
    return CompletableFuture.supplyAsync {
      if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) process.destroyForcibly()
      Finished(process.waitFor(), out.join(), err.join())
    }
  }

  fun compiledScripts(): List<Path> {
    val folder = work.resolve("cache/greenloop/scripts")
    if (!Files.exists(folder)) return emptyList()
    return Files.list(folder).use { it.sorted().toList() }
  }

  companion object {
    /** Far beyond any run here: only a hanging process meets it. */
    private const val PATIENCE = 120L

    val dist: Path = Path.of("target/dist").toAbsolutePath()
  }
}
