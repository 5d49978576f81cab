package io.greenloop.script.launcher

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import io.kotest.matchers.string.shouldStartWith
import jdk.jfr.consumer.RecordingFile
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.createDirectories
import kotlin.io.path.readText
import kotlin.io.path.writeText

/** What the options of the command do to a script, templates, and the installation from the archive. */
class OptionsTest :
  FunSpec({
    val greenloop = Greenloop("options")
    val two = "println(\"two\")\n"

    // One compiler process for all: their compiled forms are found by name and text.
    beforeSpec {
      greenloop.file(
        "slow.loop.kts",
        "try {\n  sleep(1.hours)\n} finally {\n  println(\"cleanup\")\n}",
      )
      greenloop.file(
        "seen.loop.kts",
        "println(\"one\")\ntry {\n  sleep(1.hours)\n} finally {\n  println(\"end\")\n}",
      )
      greenloop.file("saved/seen.loop.kts", two)
      greenloop.run("new", "first.loop.kts").out shouldBe
        "first.loop.kts is there; run it: ${greenloop.command} first.loop.kts\n"
      greenloop.file(
        "swallows.loop.kts",
        "try {\n  sleep(1.hours)\n} catch (e: CancelledError) {\n  println(\"went on\")\n}",
      )
      val scripts = listOf("slow", "swallows", "seen", "saved/seen", "first").map { "$it.loop.kts" }
      greenloop.run("check", *scripts.toTypedArray()).err shouldBe ""
    }

    test(
      "a limit that passes cancels the script, its cleanup runs, exit code 124; and a recording",
    ) {
      val run = greenloop.run("run", "--timeout", "300ms", "--jfr", "out.jfr", "slow.loop.kts")

      run.err shouldBe "greenloop: slow.loop.kts: its time limit of 300ms passed\n"
      run.out shouldBe "cleanup\n"
      run.exitCode shouldBe 124
      val swallows = greenloop.run("run", "--timeout", "300ms", "swallows.loop.kts")
      swallows.err shouldBe "greenloop: swallows.loop.kts: its time limit of 300ms passed\n"
      swallows.out shouldBe "went on\n"
      swallows.exitCode shouldBe 124
      RecordingFile.readAllEvents(greenloop.work.resolve("out.jfr")).map {
        it.eventType.name
      } shouldContain
        "jdk.JVMInformation"
      greenloop.run("run", "--jfr", "/dev/null/x", "slow.loop.kts").err shouldStartWith
        "greenloop: --jfr /dev/null/x: cannot write there (java."
    }

    test("--debug says who held the loop and where it was made, and leaves traces whole") {
      greenloop.file(
        "holds.loop.kts",
        """
        spawn(name = "holder") {
            val end = System.nanoTime() + 300_000_000
            while (System.nanoTime() < end) Thread.onSpinWait()
        }
        spawn { yieldNow(); error("bang") }
        """,
      )
      val machinery = "\tat io.greenloop.kotlin.script.ScriptRuntime"

      val plain = greenloop.run("run", "holds.loop.kts")
      val debug = greenloop.run("run", "--debug", "holds.loop.kts")

      plain.exitCode shouldBe 1
      plain.err shouldNotContain "created at"
      plain.err shouldNotContain machinery
      debug.exitCode shouldBe 1
      debug.err shouldContain
        Regex("task 'holder' created at .*holds.loop.kts:1.* ran for \\d+ ms without letting")
      debug.err shouldContain "java.lang.IllegalStateException: bang\n"
      debug.err shouldContain machinery
    }

    test("in a terminal a line says what takes so long, and errors have colours where wanted") {
      greenloop.file("colours.loop.kts", "println(nobody)")
      val terminal =
        mapOf("GREENLOOP_JAVA_OPTS" to "-Dgreenloop.terminal=true", "TERM" to "xterm")
      val erase = "\n\u001b[K" // who reads here takes a carriage return for the end of a line

      val bright =
        greenloop.run(
          "check",
          "colours.loop.kts",
          with = terminal + ("NO_COLOR" to null),
        )
      val plain = greenloop.run("check", "colours.loop.kts", with = terminal + ("NO_COLOR" to "1"))

      bright.exitCode shouldBe 2
      bright.err shouldStartWith
        "greenloop: compiling colours.loop.kts …$erase" +
        "\u001b[1mcolours.loop.kts:1:9:\u001b[0m \u001b[1;31merror\u001b[0m: Unresolved reference"
      plain.exitCode shouldBe 2
      plain.err shouldBe
        "greenloop: compiling colours.loop.kts …${erase}colours.loop.kts:1:9: error: " +
        "Unresolved reference 'nobody'.\n    1 | println(nobody)\n      |         ^^^^^^\n$erase\n"
    }

    test("watched, a script is ended and runs again when it is saved") {
      val watched = greenloop.launch("run", "--watch", "seen.loop.kts")
      watched.awaitLine("one")
      greenloop.work.resolve("seen.loop.kts").writeText(two)
      watched.awaitLine("two")
      watched.awaitError("seen.loop.kts ended with exit code 0; save it to run it again")

      val run = watched.interrupt().finished.join()

      run.out shouldBe "one\nend\ntwo\n"
      run.exitCode shouldBe 130
    }

    test("a new script runs by its own first line; a second one of its name is refused") {
      val path = "${Greenloop.dist}:${System.getenv("PATH")}"
      val script = greenloop.work.resolve("first.loop.kts")

      val run = greenloop.run("you", "me", command = script, with = mapOf("PATH" to path))
      run.err shouldBe ""
      run.out shouldBe "hello, you\nhello, me\n"
      greenloop.run("new", "first.loop.kts").err shouldBe
        "greenloop: new first.loop.kts: first.loop.kts is there already; nothing was changed\n"

      // The archive, in a clean place; it finds the script compiled.
      val clean = greenloop.work.resolve("clean").createDirectories()
      val archive =
        Files
          .list(Path.of("target"))
          .use { all ->
            all.filter { "$it".endsWith(".tar.gz") }.toList()
          }.single()
      ProcessBuilder(
        "tar",
        "-xzf",
        "${archive.toAbsolutePath()}",
      ).directory(clean.toFile()).inheritIO().start().waitFor() shouldBe
        0
      val home = Files.list(clean).use { it.toList() }.single()
      val installed = greenloop.run("first.loop.kts", command = home.resolve("bin/greenloop"))

      installed.err shouldBe ""
      installed.out shouldBe "hello, world\n"
      home.fileName.toString() shouldBe archive.fileName.toString().removeSuffix(".tar.gz")
      Files.list(home).use { all -> all.map { "${it.fileName}" }.sorted().toList() } shouldBe
        listOf("CHANGELOG.md", "LICENSE", "README.md", "bin", "completion", "lib")
      Files.list(home.resolve("lib/compiler")).use { it.count() } shouldBeGreaterThan 5
    }

    test("a new project names what ours names") {
      greenloop.run("new", "demo").exitCode shouldBe 0
      val pom = greenloop.work.resolve("demo/pom.xml").readText()
      val ours = Path.of("../../pom.xml").readText()

      fun String.at(what: String) = Regex(what).find(this).shouldNotBeNull().groupValues[1]
      pom.at("<greenloop.version>(.*)<") shouldBe ours.at("<version>(.*)<")
      pom.at("<artifactId>(.*)<") shouldBe "demo"
      for (name in listOf("kotlin.version", "kotlin.compiler.jvmTarget", "greenloop.flags")) {
        pom.at("<$name>(.*)<") shouldBe ours.at("<$name>(.*)<")
      }
      pom shouldContain "<version>${ours.at("<junit.version>(.*)<")}<"
      pom shouldContain "<version>${ours.at("<surefire.version>(.*)<")}<"
      greenloop.run("new", "demo").err shouldBe
        "greenloop: new demo: demo is there already; nothing was changed\n"
    }
  })
