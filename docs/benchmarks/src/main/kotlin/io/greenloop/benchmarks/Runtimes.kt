package io.greenloop.benchmarks

import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.io.path.Path
import kotlin.io.path.isExecutable

/** This JVM with its flags and class path, once more. */
internal object Jvm {
  fun command(vararg args: String): List<String> =
    buildList {
      add(Path(System.getProperty("java.home"), "bin", "java").toString())
      addAll(
        ManagementFactory.getRuntimeMXBean().inputArguments.filterNot {
          it.startsWith(
            "-XX:AOT",
          )
        },
      )
      add("-cp")
      add(System.getProperty("java.class.path"))
      add("io.greenloop.benchmarks.BenchKt")
      addAll(args)
    }
}

/** The system's CPython: another one on the PATH may lack the peers. */
internal object Python {
  private val interpreter = Path("/usr/bin/python3")

  private val script: Path by lazy {
    val file = Files.createTempFile("greenloop-peers", ".py")
    file.toFile().deleteOnExit()
    val text =
      checkNotNull(
        Python::class.java.getResourceAsStream("peers.py"),
      ) { "peers.py is not in the jar" }
    text.use { Files.write(file, it.readAllBytes()) }
    file
  }

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
