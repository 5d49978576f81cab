package io.greenloop.examples.scripts

import io.greenloop.examples.Child
import io.greenloop.project.root
import java.nio.file.Path
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name

/** The real command on the scripts of this folder, with a cache of its own. */
object Greenloop {
  private const val RUNNING = 60L

  /** All scripts, which prints nothing. */
  private const val COMPILING = 600L

  private val command = root.resolve("dsl-kotlin/script/target/dist/greenloop").toRealPath()
  private val environment =
    mapOf(
      "XDG_CACHE_HOME" to Path.of("target/scripts").toAbsolutePath().toString(),
      "GREENLOOP_AOT" to "off",
      "GREENLOOP_JAVA_HOME" to System.getProperty("java.home"),
      "GREENLOOP_JAVA_OPTS" to "",
    )

  /** All scripts at once, in one compiler process: far less than the sum of the single ones. */
  private val compiled by lazy {
    val scripts =
      Path
        .of(".")
        .listDirectoryEntries("*.loop.kts")
        .map { it.name }
        .sorted()
    child("check", *scripts.toTypedArray(), patience = COMPILING).use {
      Finished(it.finish(), it.lines, it.err)
    }
  }

  private fun child(
    vararg words: String,
    patience: Long = RUNNING,
  ) = Child("$command", *words, environment = environment, patience = patience)

  /** Starts `greenloop run`; the script is compiled by then. */
  fun start(vararg words: String): Child {
    check(compiled.exitCode == 0) { "the scripts do not compile:\n${compiled.err}" }
    return child("run", *words)
  }

  fun run(vararg words: String): Finished =
    start(*words).use {
      Finished(it.finish(), it.lines, it.err)
    }
}

/** What a finished process left. */
class Finished(
  val exitCode: Int,
  val lines: List<String>,
  val err: String,
)
