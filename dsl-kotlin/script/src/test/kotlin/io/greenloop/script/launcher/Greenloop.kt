package io.greenloop.script.launcher

import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.io.path.createDirectories
import kotlin.io.path.writeText

/** What a finished process left: its exit code and all it printed. */
internal class Finished(
  val exitCode: Int,
  val out: String,
  val err: String,
)

/** A process under way. */
internal class Launched(
  private val process: Process,
) {
  val pid: Long get() = process.pid()

  private val lines = process.inputReader()
  private val seen = StringBuilder()

  init {
    process.outputStream.close()
  }

  private val errorLines = LinkedBlockingQueue<String>()

  private val err =
    inOwnThread {
      buildString {
        process.errorReader().forEachLine {
          append(it).append('\n')
          errorLines += it
        }
      }
    }

  val finished: CompletableFuture<Finished> by lazy {
    inOwnThread {
      val timer = process.onExit().orTimeout(PATIENCE, TimeUnit.SECONDS)
      timer.exceptionally { process.destroyForcibly() }
      seen.append(lines.readText())
      Finished(process.waitFor(), seen.toString(), err.join())
    }
  }

  /** Reads standard output up to the line [text]. */
  fun awaitLine(text: String): Launched {
    while (true) {
      val line = lines.readLine() ?: error("ended without '$text': $seen ${err.join()}")
      seen.append(line).append('\n')
      if (line == text) return this
    }
  }

  /** Waits for a line with [text] on standard error. */
  fun awaitError(text: String): Launched {
    while (true) {
      val line = errorLines.poll(PATIENCE, TimeUnit.SECONDS) ?: error("'$text' did not come")
      if (text in line) return this
    }
  }

  /** The exit code of a process whose output nobody reads. */
  fun exit(): Int {
    if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) process.destroyForcibly()
    return process.waitFor()
  }

  fun interrupt(): Launched {
    check(ProcessBuilder("kill", "-INT", "${process.pid()}").inheritIO().start().waitFor() == 0)
    return this
  }

  private companion object {
    /** Far beyond any run here: only a hanging process meets it. */
    const val PATIENCE = 120L

    /** Reading blocks: the common pool may have one thread only. */
    val threads: Executor = Executor { Thread.ofPlatform().daemon().start(it) }

    fun <T> inOwnThread(action: () -> T): CompletableFuture<T> =
      CompletableFuture.supplyAsync(action, threads)
  }
}

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
  ): CompletableFuture<Finished> = launch(*words, command = command, with = with).finished

  fun launch(
    vararg words: String,
    command: Path = this.command,
    with: Map<String, String?> = emptyMap(),
  ): Launched {
    val builder = ProcessBuilder(command.toString(), *words).directory(work.toFile())
    for ((name, value) in environment + with) {
      if (value == null) builder.environment().remove(name) else builder.environment()[name] = value
    }
    return Launched(builder.start())
  }

  fun compiledScripts(): List<Path> {
    val folder = work.resolve("cache/greenloop/scripts")
    if (!Files.exists(folder)) return emptyList()
    return Files.list(folder).use { it.sorted().toList() }
  }

  companion object {
    val dist: Path = Path.of("target/dist").toAbsolutePath()
  }
}
