package io.greenloop.script.launcher

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.createDirectories
import kotlin.io.path.exists
import kotlin.io.path.readText

/** The project that `new` makes, built by Maven as its user would, with the jars of this build. */
class NewProjectTest :
  FunSpec({
    test("a new project is built, its test passes, and it runs") {
      val greenloop = Greenloop("project")
      greenloop.run("new", "demo").exitCode shouldBe 0
      val tree = Path.of("../..").toRealPath()
      val repository = greenloop.work.resolve("repository")
      publish(tree, "parent", repository)
      publish(tree.resolve("runtime-java/bom"), "bom", repository)
      publish(tree.resolve("runtime-java/core"), "runtime", repository)
      publish(tree.resolve("runtime-java/testing"), "testing", repository)
      publish(tree.resolve("dsl-kotlin/dsl"), "kotlin", repository)

      fun maven(vararg words: String): Pair<Int, String> {
        val command =
          listOf("$tree/mvnw", "-B", "-Dmaven.repo.local.tail=$repository") + words +
            listOf("test", "exec:exec")
        val process =
          ProcessBuilder(command)
            .directory(greenloop.work.resolve("demo").toFile())
            .redirectErrorStream(true)
            .start()
        process.outputStream.close()
        val out = process.inputReader().readText()
        return process.waitFor() to out
      }

      val offline = maven("-o")
      // A machine that has never built a project like it lacks some of Maven's own plugins.
      val (code, out) = if ("offline mode" in offline.second) maven() else offline

      withClue(out) { code shouldBe 0 }
      out shouldContain "Tests run: 1, Failures: 0, Errors: 0, Skipped: 0"
      out shouldContain "hello, world"
    }
  })

private val version =
  Regex("<version>(.*)<").find(Path.of("../../pom.xml").readText())!!.groupValues[1]

/** Lays the pom and the jar of a module into [repository], as Maven does. */
private fun publish(
  module: Path,
  name: String,
  repository: Path,
) {
  val folder = repository.resolve("io/greenloop/greenloop-$name/$version").createDirectories()
  Files.copy(module.resolve("pom.xml"), folder.resolve("greenloop-$name-$version.pom"))
  val jar = module.resolve("target/greenloop-$name-$version.jar")
  if (jar.exists()) Files.copy(jar, folder.resolve(jar.fileName))
}
