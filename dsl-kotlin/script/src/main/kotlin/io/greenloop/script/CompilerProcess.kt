package io.greenloop.script

import java.io.File
import java.nio.file.Files
import java.nio.file.Path

/**
 * A script to compile.
 *
 * @property shown what messages call it
 * @property jar where its compiled form belongs
 * @property text the hash of the text that [jar] belongs to
 */
internal class CompilerJob(
  val script: Path,
  val shown: String,
  val jar: Path,
  val text: String,
)

/** Starts the JVM that compiles scripts and ends. */
internal object CompilerProcess {
  /** The system property that tells the compiler process which archive it was started with. */
  const val ARCHIVE = "greenloop.compiler.archive"

  /**
   * Does [jobs], one after the other; diagnostics go to standard error.
   *
   * @return 0, or 2 if a script does not compile or the compiler broke
   */
  fun compile(jobs: List<CompilerJob>): Int {
    val archive = Home.compilerArchive?.takeIf { Files.exists(it) }
    val extra =
      if (archive != null) {
        listOf("-XX:AOTCache=$archive", "-D$ARCHIVE=$archive")
      } else {
        emptyList()
      }
    Terminal.showProgress("compiling ${shown(jobs)}")
    val code = ProcessBuilder(command(jobs, extra)).inheritIO().start().waitFor()
    Terminal.eraseProgress()
    if (code != ExitCode.OK &&
      code != ExitCode.USAGE
    ) {
      complain("the compiler process ended with exit code $code")
    }
    return if (code == ExitCode.OK) ExitCode.OK else ExitCode.USAGE
  }

  private fun shown(jobs: List<CompilerJob>) =
    jobs.first().shown + if (jobs.size > 1) " and ${jobs.size - 1} more" else ""

  /**
   * The whole command line; training the archive adds to [extra] and changes nothing else, for an
   * archive only serves a JVM with the flags and class path it was made with.
   */
  fun command(
    jobs: List<CompilerJob>,
    extra: List<String>,
  ): List<String> =
    buildList {
      add(Home.java.toString())
      // The compiler lives for a second or three: C2 would only compete with it for the cores.
      add("-XX:TieredStopAtLevel=1")
      addAll(extra)
      addAll(QUIET)
      addAll(UTF_8) // as the command itself: it shows lines of the script
      // Kotlin's compiler reads memory-mapped jars through it.
      add("--sun-misc-unsafe-memory-access=allow")
      for (name in listOf("user.home", "maven.repo.local", Terminal.PROPERTY)) {
        System.getProperty(name)?.let { add("-D$name=$it") }
      }
      add("-Dgreenloop.home=${Home.dir}")
      add("-cp")
      add(jars("lib", "lib/launcher", "lib/compiler").joinToString(File.pathSeparator))
      add("io.greenloop.script.compiler.CompileMain")
      for (job in jobs) {
        add(job.script.toString())
        add(job.shown)
        add(job.jar.toString())
        add(job.text)
      }
    }

  private fun jars(vararg folders: String): List<Path> =
    folders.flatMap {
      Jars.of(Home.dir.resolve(it))
    }

  /** A cache that does not fit must not print into the script's output. */
  private val QUIET = listOf("-Xlog:disable", "-Xlog:all=error:stderr")

  private val UTF_8 = listOf("-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8")
}

/** The jars of a folder, in a stable order: archives depend on it. */
internal object Jars {
  fun of(folder: Path): List<Path> =
    Files.newDirectoryStream(folder, "*.jar").use { stream ->
      stream.sortedBy { it.fileName.toString() }
    }
}
