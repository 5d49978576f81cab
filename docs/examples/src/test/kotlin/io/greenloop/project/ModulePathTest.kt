package io.greenloop.project

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.shouldBe
import java.io.File
import java.lang.module.Configuration
import java.lang.module.ModuleDescriptor.Requires.Modifier
import java.lang.module.ModuleFinder
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.name
import kotlin.io.path.pathString

/** Each module resolves on the module path, its exported classes link, and it says hello: with nothing else there. */
class ModulePathTest :
  FunSpec({
    val ours = published.values.map { CompiledModule(it) }
    val libraries =
      System
        .getProperty("java.class.path")
        .split(File.pathSeparator)
        .map { Path.of(it) }
        .filter { it.extension == "jar" && "greenloop" !in it.name && "jspecify" !in it.name }
        // One module without a descriptor takes in all others, and these share packages.
        .filter { "kotest" !in it.name }
        // Some have names that no module can have.
        .filter { runCatching { ModuleFinder.of(it).findAll() }.isSuccess }
    val finder = ModuleFinder.of(*(ours.map { it.directory } + libraries).toTypedArray())
    val boot = ModuleLayer.boot()

    for (module in ours) {
      val name = module.descriptor?.name() ?: continue
      val parents = listOf(boot.configuration())
      val graph by lazy { Configuration.resolve(finder, parents, ModuleFinder.of(), setOf(name)) }
      val hello = Path.of("src/test/hello/$name.java")

      test("$name stands on the module path") {
        // With its optional partners, which some of its classes name.
        val partners =
          module.descriptor
            .requires()
            .filter { Modifier.STATIC in it.modifiers() && it.name().startsWith("io.greenloop.") }
            .map { it.name() }
        val whole = Configuration.resolve(finder, parents, ModuleFinder.of(), partners + name)
        val layer = ModuleLayer.defineModulesWithOneLoader(whole, listOf(boot), null).layer()
        val found = layer.findModule(name).orElseThrow()

        for (file in module.classes.filter { module.packageOf(it) in module.exported }) {
          Class.forName(found, module.nameOf(file))?.methods
        }

        found.packages shouldContainAll module.exported
      }

      test("$name says hello from the module path") {
        val places =
          graph.modules().map {
            Path
              .of(
                it.reference().location().orElseThrow(),
              ).pathString
          }
        val flags =
          graph.modules().map { it.name() }.filter { it in inside }.flatMap {
            listOf(
              "--add-exports=java.base/jdk.internal.vm=$it",
              "--add-opens=java.base/java.lang=$it",
            )
          }
        val java = Path.of(System.getProperty("java.home"), "bin", "java").pathString
        val path = places.joinToString(File.pathSeparator)
        val command =
          listOf(
            java,
            "--module-path=$path",
            "--add-modules=$name",
            "--enable-native-access=io.greenloop.runtime",
          ) +
            flags + hello.pathString

        val process = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()

        process.inputReader().readText() shouldBe "hello\n"
        process.waitFor() shouldBe 0
      }
    }
  })

/** The modules that use the insides of the JDK. */
private val inside = setOf("io.greenloop.runtime", "io.greenloop.greenlet")
