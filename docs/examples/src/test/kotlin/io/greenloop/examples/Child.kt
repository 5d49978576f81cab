package io.greenloop.examples

import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit

/**
 * A process that a test watches while it runs; it is ended with the test.
 *
 * @property patience how many seconds a line may take
 */
class Child(
  vararg command: String,
  folder: Path = Path.of("."),
  environment: Map<String, String> = emptyMap(),
  private val patience: Long = PATIENCE,
) : AutoCloseable {
  private val process: Process =
    ProcessBuilder(
      *command,
    ).directory(folder.toFile()).also { it.environment() += environment }.start()
  private val arrived = LinkedBlockingQueue<String>()
  private val errorLines = LinkedBlockingQueue<String>()
  private val errors = CompletableFuture<String>()

  /** What it has printed so far. */
  val lines = ArrayList<String>()

  init {
    process.outputStream.close()
    Thread.ofVirtual().start {
      process.inputReader(Charsets.UTF_8).forEachLine { arrived.put(it) }
      arrived.put(END)
    }
    Thread.ofVirtual().start {
      val all = StringBuilder()
      process.errorReader(Charsets.UTF_8).forEachLine {
        all.appendLine(it)
        errorLines.put(it)
      }
      errors.complete(all.toString())
      errorLines.put(END)
    }
  }

  /** Reads until it prints [line]. */
  fun awaitLine(line: String) {
    do {
      val next = next() ?: error("it ended without printing '$line'; it printed $lines\n$err")
    } while (next != line)
  }

  /** Reads until it prints a line with [part], and gives that. */
  fun awaitLineWith(part: String): String =
    generateSequence { next() }.firstOrNull { part in it }
      ?: error("it ended without printing '$part'; it printed $lines\n$err")

  /** Waits until a line of its standard error contains [part]. */
  fun awaitError(part: String) {
    do {
      val line = checkNotNull(errorLines.poll(patience, TimeUnit.SECONDS)) { "never said '$part'" }
      check(line != END) { "it ended without saying '$part': $err" }
    } while (part !in line)
  }

  /** Ctrl-C. */
  fun interrupt() = signal("INT")

  /** Sends the signal SIG[name]. */
  fun signal(name: String) {
    ProcessBuilder("kill", "-$name", "${process.pid()}").start().waitFor()
  }

  /** Reads to the end; the exit code. */
  fun finish(): Int {
    generateSequence { next() }.count()
    return process.waitFor()
  }

  /** Its standard error; waits for its end. */
  val err: String get() = errors.join()

  private fun next(): String? {
    val line = checkNotNull(arrived.poll(patience, TimeUnit.SECONDS)) { "hangs; it printed $lines" }
    if (line == END) {
      arrived.put(END)
      return null
    }
    lines += line
    return line
  }

  override fun close() {
    process.destroyForcibly()
  }

  companion object {
    /** Far beyond any run here: only a hanging process meets it. */
    private const val PATIENCE = 60L
    private const val END = "\u0000"

    /** Starts the `main` of a Java example with the flags of full mode. */
    fun java(
      type: Class<*>,
      vararg args: String,
    ): Child =
      javaWith(
        listOf(
          "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
        ),
        type,
        *args,
      )

    /** Starts the `main` of a Java example with [flags] only. */
    fun javaWith(
      flags: List<String>,
      type: Class<*>,
      vararg args: String,
    ): Child =
      Child(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        *flags.toTypedArray(),
        "-cp",
        System.getProperty("java.class.path"),
        type.name,
        *args,
      )
  }
}
