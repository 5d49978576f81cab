package io.greenloop.project

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainAll
import java.io.File
import java.lang.module.Configuration
import java.lang.module.ModuleFinder
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.name

/** Each module resolves on the module path and its exported classes link, with nothing else there. */
class ModulePathTest :
  FunSpec({
    val ours = published.values.map { CompiledModule(it) }
    val libraries =
      System
        .getProperty("java.class.path")
        .split(File.pathSeparator)
        .map { Path.of(it) }
        .filter { it.extension == "jar" && "greenloop" !in it.name && "jspecify" !in it.name }
        // Some have names that no module can have.
        .filter { runCatching { ModuleFinder.of(it).findAll() }.isSuccess }
    val finder = ModuleFinder.of(*(ours.map { it.directory } + libraries).toTypedArray())

    for (module in ours) {
      val name = module.descriptor?.name() ?: continue

      test("$name stands on the module path") {
        val boot = ModuleLayer.boot()
        val configuration =
          Configuration.resolve(
            finder,
            listOf(boot.configuration()),
            ModuleFinder.of(),
            setOf(name),
          )
        val layer =
          ModuleLayer.defineModulesWithOneLoader(configuration, listOf(boot), null).layer()
        val found = layer.findModule(name).orElseThrow()

        for (file in module.classes.filter { module.packageOf(it) in module.exported }) {
          Class.forName(found, module.nameOf(file))?.methods
        }

        found.packages shouldContainAll module.exported
      }
    }
  })
