package io.greenloop.script.launcher

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith
import java.nio.file.Files
import java.nio.file.Path
import java.util.Properties
import kotlin.io.path.createDirectories
import kotlin.io.path.exists
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.io.path.writeBytes
import kotlin.io.path.writeText

/** A cache that is full or damaged, and scripts that do not come to their end. */
class BadInputTest :
  FunSpec({
    val greenloop = Greenloop("bad")

    test("a compiled script that was damaged on disk is compiled anew") {
      greenloop.file("damaged.loop.kts", "println(\"ran \${args.size}\")")
      greenloop.run("run", "damaged.loop.kts").out shouldBe "ran 0\n"
      val jar = greenloop.compiledScripts().single()
      val whole = jar.readBytes()
      val damages =
        listOf(
          whole.copyOf(whole.size / 2),
          ByteArray(0),
          whole.copyOf().also { it[whole.size / 2] = (it[whole.size / 2] + 1).toByte() },
        )

      for (damage in damages) {
        jar.writeBytes(damage)
        val run = greenloop.run("run", "damaged.loop.kts", "word")
        withClue(run.err) { run.out shouldBe "ran 1\n" }
        run.err shouldBe ""
        run.exitCode shouldBe 0
        jar.readBytes().size shouldBe whole.size
      }
    }

    test("a cache that is full: a sentence, exit code 2, nothing is left behind") {
      greenloop.file("full.loop.kts", "println(\"ran\")")
      val before = greenloop.compiledScripts()
      // The limit of a file's size stands in for a full disk: a write fails half-way.
      val limited = "ulimit -f 1; exec '${greenloop.command}' run full.loop.kts"

      val run = greenloop.run("-c", limited, command = Path.of("/bin/sh"))

      run.exitCode shouldBe 2
      run.out shouldBe ""
      run.err shouldStartWith
        "greenloop: compile full.loop.kts: cannot write ${greenloop.work}/cache/greenloop/scripts/"
      run.err shouldEndWith "; set XDG_CACHE_HOME to a folder that can be written\n"
      greenloop.compiledScripts() shouldBe before
      greenloop.run("run", "full.loop.kts").out shouldBe "ran\n"
    }

    test("archives that were damaged on disk are removed, and the script runs") {
      greenloop.file("archives.loop.kts", "println(\"ran\")")
      val build = Greenloop.dist.resolve("lib/build").readText()
      val jdk = Properties()
      Files
        .newBufferedReader(Path.of(System.getProperty("java.home"), "release"))
        .use(jdk::load)

      fun of(name: String) = jdk.getProperty(name).trim('"')
      val id =
        build.substringAfter(' ').take(16) + "-${of("JAVA_RUNTIME_VERSION")}-${of("OS_ARCH")}"
      val folder = greenloop.work.resolve("cache/greenloop/aot").createDirectories()
      val archives = listOf("run", "kotlinc").map { folder.resolve("$it-$id.aot") }
      for (archive in archives) archive.writeText("no archive".repeat(10_000))
      folder.resolve("$id.failed").writeText("no others are made here\n")
      val with = mapOf("GREENLOOP_AOT" to null)

      val run = greenloop.run("run", "archives.loop.kts", with = with)

      withClue(run.err) { run.out shouldBe "ran\n" }
      for (archive in archives) {
        run.err shouldContain "greenloop: $archive was damaged; it is removed, and made anew"
      }
      run.exitCode shouldBe 0
      archives.filter { it.exists() }.shouldBeEmpty()
      val again = greenloop.run("run", "archives.loop.kts", with = with)
      again.err shouldBe ""
      again.out shouldBe "ran\n"
    }

    test("what does not end by a cancel is named and halted, ten seconds later") {
      greenloop.file(
        "spins.loop.kts",
        "try { while (true) {} } finally { println(\"not reached\") }",
      )
      greenloop.file(
        "stays.loop.kts",
        """
        Aio.spawn(io.greenloop.TaskOptions.named("stubborn")) {
            while (true) try { Thread.sleep(1_000_000) } catch (e: InterruptedException) {}
        }
        Aio.spawn(io.greenloop.TaskOptions.named("willing")) { Thread.sleep(1_000_000) }
        yieldNow()
        println("done")
        if (args.isNotEmpty()) error("failed")
        """,
      )
      greenloop.run("check", "spins.loop.kts", "stays.loop.kts").err shouldBe ""
      val spins = greenloop.start("run", "--timeout", "100ms", "spins.loop.kts")
      val stays = greenloop.start("run", "stays.loop.kts")
      val fails = greenloop.start("run", "stays.loop.kts", "fail")

      val spun = spins.join()
      spun.err shouldContain
        "greenloop: spins.loop.kts: its time limit of 100ms passed, and 10s later it has not ended\n"
      spun.out shouldBe ""
      spun.exitCode shouldBe 124
      val said =
        "greenloop: stays.loop.kts has ended, but not, 10s after they were cancelled: " +
          "task 'stubborn'\n"
      val stayed = stays.join()
      stayed.out shouldBe "done\n"
      stayed.err shouldEndWith said
      stayed.exitCode shouldBe 1
      val failed = fails.join()
      failed.err shouldContain "java.lang.IllegalStateException: failed\n"
      failed.err shouldEndWith said
      failed.exitCode shouldBe 1
    }
  })
