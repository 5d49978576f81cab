package io.greenloop.benchmarks

import java.io.IOException
import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.io.path.Path
import kotlin.io.path.isExecutable

/** This JVM with its flags and class path, once more. */
internal object Jvm {
  fun command(vararg args: String): List<String> = command(emptyList(), *args)

  /** With further [flags]. */
  fun command(
    flags: List<String>,
    vararg args: String,
  ): List<String> =
    buildList {
      add(Path(System.getProperty("java.home"), "bin", "java").toString())
      addAll(
        ManagementFactory.getRuntimeMXBean().inputArguments.filterNot {
          it.startsWith(
            "-XX:AOT",
          )
        },
      )
      addAll(flags)
      add("-cp")
      add(System.getProperty("java.class.path"))
      add("io.greenloop.benchmarks.BenchKt")
      addAll(args)
    }
}

/** The system's CPython: another one on the PATH may lack the peers. */
internal object Python {
  private val interpreter = Path("/usr/bin/python3")

  private val script: Path by lazy { extracted("peers.py") }

  private val echoScript: Path by lazy { extracted("echo_peers.py") }

  private val installed = mutableMapOf<String, Boolean>()

  fun command(
    bench: String,
    peer: String,
    module: String,
  ): List<String>? =
    if (installed.getOrPut(module) { has(module) }) {
      listOf(interpreter.toString(), script.toString(), bench, peer)
    } else {
      null
    }

  /** The echo server of [peer]. */
  fun echoServer(peer: String): List<String>? =
    if (installed.getOrPut(peer) { has(peer) }) {
      listOf(interpreter.toString(), echoScript.toString(), peer)
    } else {
      null
    }

  /** A program of one line that uses [module]. */
  fun line(
    module: String,
    body: String,
  ): List<String>? =
    if (installed.getOrPut(module) { has(module) }) {
      listOf(interpreter.toString(), "-c", "import $module; $body; print('hello')")
    } else {
      null
    }

  private fun has(module: String): Boolean {
    if (!interpreter.isExecutable()) {
      return false
    }
    val asked =
      ProcessBuilder(interpreter.toString(), "-c", "import $module")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
    return asked.waitFor(30, TimeUnit.SECONDS) && asked.exitValue() == 0
  }
}

/** Programs in C, built with the machine's own compiler where there is one. */
internal object Native {
  private val compiler = System.getenv("CC") ?: "cc"

  private val built = mutableMapOf<String, Path?>()

  /** The echo server that the others are compared with. */
  fun echoServer(): List<String>? = built("echo-server.c")?.let { listOf(it.toString()) }

  /** The load of [connections] on the [server] that it starts. */
  fun loadOf(
    connections: Int,
    warmUpSeconds: Int,
    seconds: Int,
    server: List<String>,
  ): List<String>? =
    built("echo-load.c")?.let {
      listOf(it.toString(), "$connections", "$warmUpSeconds", "$seconds") + server
    }

  private fun built(name: String): Path? = built.getOrPut(name) { build(name) }

  private fun build(name: String): Path? {
    val program = Files.createTempFile("greenloop-bench", "")
    program.toFile().deleteOnExit()
    val line = listOf(compiler, "-O2", "-o", program.toString(), extracted(name).toString())
    return try {
      check(ProcessBuilder(line).inheritIO().start().waitFor() == 0) {
        "${line.joinToString(" ")} failed"
      }
      program
    } catch (e: IOException) {
      System.err.println("greenloop bench: $name is not built, no C compiler: ${e.message}")
      null
    }
  }
}

/** The resource [name] as a file for programs outside. */
private fun extracted(name: String): Path {
  val file = Files.createTempFile("greenloop-", "-$name")
  file.toFile().deleteOnExit()
  val text =
    checkNotNull(Native::class.java.getResourceAsStream(name)) { "$name is not in the jar" }
  text.use { Files.write(file, it.readAllBytes()) }
  return file
}
