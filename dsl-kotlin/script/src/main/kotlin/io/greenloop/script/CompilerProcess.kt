package io.greenloop.script

import java.io.File
import java.nio.file.Files
import java.nio.file.Path

/** Starts the JVM that compiles one script and ends. */
internal object CompilerProcess {
  /**
   * Compiles [script], called [shown] in messages, into [jar]; diagnostics go to standard error.
   *
   * @return 0, or 2 if the script does not compile or the compiler broke
   */
  fun compile(
    script: Path,
    shown: String,
    jar: Path,
  ): Int {
    val archive = Home.compilerArchive?.takeIf { Files.exists(it) }
    val extra = if (archive != null) listOf("-XX:AOTCache=$archive") else emptyList()
    val code = ProcessBuilder(command(script, shown, jar, extra)).inheritIO().start().waitFor()
    if (code != ExitCode.OK &&
      code != ExitCode.USAGE
    ) {
      complain("the compiler process ended with exit code $code")
    }
    return if (code == ExitCode.OK) ExitCode.OK else ExitCode.USAGE
  }

  /**
   * The whole command line; training the archive adds to [extra] and changes nothing else, for an
   * archive only serves a JVM with the flags and class path it was made with.
   */
  fun command(
    script: Path,
    shown: String,
    jar: Path,
    extra: List<String>,
  ): List<String> =
    buildList {
      add(Home.java.toString())
      // The compiler lives for a second or three: C2 would only compete with it for the cores.
      add("-XX:TieredStopAtLevel=1")
      addAll(extra)
      addAll(QUIET)
      // Kotlin's compiler reads memory-mapped jars through it.
      add("--sun-misc-unsafe-memory-access=allow")
      for (name in listOf("user.home", "maven.repo.local")) {
        System.getProperty(name)?.let { add("-D$name=$it") }
      }
      add("-Dgreenloop.home=${Home.dir}")
      add("-cp")
      add(jars("lib", "lib/launcher", "lib/compiler").joinToString(File.pathSeparator))
      add("io.greenloop.script.compiler.CompileMain")
      add(script.toString())
      add(shown)
      add(jar.toString())
    }

  private fun jars(vararg folders: String): List<Path> =
    folders.flatMap {
      Jars.of(Home.dir.resolve(it))
    }

  /** A cache that does not fit must not print into the script's output. */
  private val QUIET = listOf("-Xlog:disable", "-Xlog:all=error:stderr")
}

/** The jars of a folder, in a stable order: archives depend on it. */
internal object Jars {
  fun of(folder: Path): List<Path> =
    Files.newDirectoryStream(folder, "*.jar").use { stream ->
      stream.sortedBy { it.fileName.toString() }
    }
}
