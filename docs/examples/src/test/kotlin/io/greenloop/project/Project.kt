package io.greenloop.project

import java.lang.module.ModuleDescriptor
import java.nio.file.Path
import kotlin.io.path.exists
import kotlin.io.path.extension
import kotlin.io.path.inputStream
import kotlin.io.path.pathString
import kotlin.io.path.walk

/** The root of the checkout; the tests run in docs/examples. */
val root: Path = Path.of("../..")

/** What we publish: the artifact and the folder of its module. */
val published =
  mapOf(
    "greenloop-runtime" to "runtime-java/core",
    "greenloop-testing" to "runtime-java/testing",
    "greenloop-micrometer" to "runtime-java/micrometer",
    "greenloop-netty" to "runtime-java/netty",
    "greenloop-kotlin" to "dsl-kotlin/dsl",
    "greenloop-script" to "dsl-kotlin/script",
    "greenloop-greenlet" to "greenlet-compat",
    "greenloop-eventlet" to "eventlet-compat",
  )

/** The compiled classes of the module in [folder]. */
class CompiledModule(
  folder: String,
) {
  val directory: Path = root.resolve(folder).resolve("target/classes")
  val classes: List<Path> =
    directory
      .walk()
      .filter { it.extension == "class" && !it.endsWith("module-info.class") }
      .sorted()
      .toList()

  /** None for an automatic module, which exports everything. */
  val descriptor: ModuleDescriptor? =
    directory
      .resolve("module-info.class")
      .takeIf { it.exists() }
      ?.inputStream()
      ?.use { ModuleDescriptor.read(it) }
  val exported: Set<String> =
    descriptor
      ?.exports()
      ?.filterNot { it.isQualified }
      ?.map { it.source() }
      ?.toSet()
      ?: classes.map { packageOf(it) }.toSet()

  fun packageOf(classFile: Path): String = nameOf(classFile).substringBeforeLast('.')

  fun nameOf(classFile: Path): String =
    directory
      .relativize(classFile)
      .pathString
      .removeSuffix(".class")
      .replace('/', '.')
}
