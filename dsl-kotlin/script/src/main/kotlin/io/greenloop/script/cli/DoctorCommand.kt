package io.greenloop.script.cli

import com.sun.management.UnixOperatingSystemMXBean
import io.greenloop.internal.vm.Mode
import io.greenloop.net.NameResolution
import io.greenloop.reactor.Reactors
import io.greenloop.script.ArchiveTraining
import io.greenloop.script.ExitCode
import io.greenloop.script.Home
import io.greenloop.script.complain
import picocli.CommandLine.Command
import java.lang.management.ManagementFactory
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Callable

/** Says what this machine offers and what is missing; each line is `what: how it stands`. */
@Command(
  name = "doctor",
  description = ["Shows JDK, mode, engine, limits and caches, and what is missing."],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class DoctorCommand : Callable<Int> {
  override fun call(): Int {
    val engine =
      try {
        Reactors.describe()
      } catch (unknown: IllegalArgumentException) {
        complain("doctor: ${unknown.message}")
        return ExitCode.FAILED
      }
    for ((name, value) in report(engine)) println("${"$name:".padEnd(WIDTH)}$value")
    return ExitCode.OK
  }

  private fun report(engine: String): List<Pair<String, String>> =
    buildList {
      add("greenloop" to build())
      add(
        "jdk" to
          "${System.getProperty("java.runtime.version")} (${System.getProperty("java.home")})",
      )
      add(
        "system" to
          "${System.getProperty("os.name")} ${System.getProperty("os.arch")}, ${processors()}",
      )
      add("mode" to mode())
      for (flag in Flags.missing()) add("missing flag" to flag)
      add("engine" to engine)
      add("resolver" to NameResolution.selfTest())
      add("open files" to openFiles())
      add("scripts" to folder("scripts", ".jar"))
      add("archives" to archives())
    }

  /** Version and the hash of all jars and flags, as long as the names of the archives show it. */
  private fun build(): String {
    val (version, hash) = Home.build.split(' ')
    return "$version, build ${hash.take(HASH)}"
  }

  /** As the runtime itself decided it: this JVM has the flags and properties that a script gets. */
  private fun mode(): String = if (Mode.isFull()) "full" else "portable (${Mode.missing()})"

  private fun processors(): String = "${Runtime.getRuntime().availableProcessors()} processors"

  private fun openFiles(): String {
    val system =
      ManagementFactory.getOperatingSystemMXBean() as? UnixOperatingSystemMXBean
        ?: return "unknown"
    val limit = system.maxFileDescriptorCount
    val advice = if (limit < FEW_FILES) "; low for a server, raise it with ulimit -n" else ""
    return "${system.openFileDescriptorCount} of $limit in use$advice"
  }

  private fun folder(
    name: String,
    suffix: String,
  ): String {
    val folder = Home.cache.resolve(name)
    val files = files(folder, suffix)
    return "${files.size} compiled in $folder, ${megabytes(files)}"
  }

  private fun archives(): String {
    val launcher = Home.launcherArchive ?: return "off (GREENLOOP_AOT)"
    val states = listOf("launcher" to launcher, "compiler" to Home.compilerArchive!!)
    val each =
      states.joinToString { (name, file) ->
        "$name ${if (Files.exists(file)) "there" else "missing"}"
      }
    val failed = if (Files.exists(ArchiveTraining.failureMark())) "; making them failed" else ""
    return "$each, ${megabytes(files(launcher.parent, ".aot"))} in ${launcher.parent}$failed"
  }

  private fun files(
    folder: Path,
    suffix: String,
  ): List<Path> =
    if (Files.isDirectory(folder)) {
      Files.list(folder).use { all ->
        all.filter { it.toString().endsWith(suffix) }.toList()
      }
    } else {
      emptyList()
    }

  private fun megabytes(files: List<Path>): String =
    "%.1f MB".format(files.sumOf { Files.size(it) } / 1e6)

  private companion object {
    const val WIDTH = 14
    const val HASH = 16
    const val FEW_FILES = 4096L
  }
}

/** The JVM flags that the command starts scripts with. */
internal object Flags {
  fun missing(): List<String> {
    val base = Any::class.java.module
    val here = Flags::class.java.module
    return buildList {
      if (!base.isExported(
          "jdk.internal.vm",
          here,
        )
      ) {
        add("--add-exports java.base/jdk.internal.vm=ALL-UNNAMED")
      }
      if (!base.isOpen("java.lang", here)) add("--add-opens java.base/java.lang=ALL-UNNAMED")
      if (!here.isNativeAccessEnabled) add("--enable-native-access=ALL-UNNAMED")
      for ((name, value) in PROPERTIES) {
        if (System.getProperty(name) !=
          value
        ) {
          add("-D$name=$value")
        }
      }
    }
  }

  private val PROPERTIES = mapOf("jdk.trackAllThreads" to "false", "jdk.pollerMode" to "1")
}
