package io.greenloop.script

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path

/**
 * Where this installation and its caches lie.
 *
 * The `greenloop` command knows it before a JVM runs and hands it over as system properties, so that
 * each path and name is decided in one place.
 */
internal object Home {
  /** The folder with `lib/`, `lib/launcher/` and `lib/compiler/`. */
  val dir: Path = Path.of(property("greenloop.home"))

  /** Version and hash over all jars and flags: changes whenever a cached file may be out of date. */
  val build: String = property("greenloop.build")

  /** For compiled scripts and archives; may not exist yet. */
  val cache: Path = Path.of(property("greenloop.cache"))

  /** The `greenloop` command this JVM was started by. */
  val launcher: Path = Path.of(property("greenloop.launcher"))

  /** What the names of the AOT archives carry, for build and JDK; null when archives are off. */
  val archives: String? = System.getProperty("greenloop.archives")?.ifEmpty { null }

  val java: Path = Path.of(System.getProperty("java.home"), "bin", "java")

  /** The archive that makes this process start faster, there or not yet; null when archives are off. */
  val launcherArchive: Path? get() = archive("run")

  /** The archive that makes the compiler process start faster, there or not yet. */
  val compilerArchive: Path? get() = archive("kotlinc")

  /** Whether files can be made in [folder], which this makes if it can. */
  fun canWrite(folder: Path): Boolean =
    try {
      Files.isWritable(Files.createDirectories(folder))
    } catch (_: IOException) {
      false
    }

  private fun archive(kind: String): Path? = archives?.let { cache.resolve("aot/$kind-$it.aot") }

  private fun property(name: String): String =
    System.getProperty(name)
      ?: throw IllegalStateException(
        "system property $name is not set; start with the greenloop command",
      )
}
