package io.greenloop.script.launcher

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.PosixFilePermissions
import kotlin.io.path.createDirectories
import kotlin.io.path.createSymbolicLinkPointingTo
import kotlin.io.path.readText

/** Errors of usage, the search for a JDK, the build of a source tree: what needs no compiler. */
class CommandTest :
  FunSpec({
    val greenloop = Greenloop("command")

    fun fails(
      vararg words: String,
      with: Map<String, String?> = emptyMap(),
    ): String {
      val run = greenloop.run(*words, with = with)
      run.out shouldBe ""
      run.exitCode shouldBe 2
      return run.err
    }

    test("a script that cannot be run: one line that says why") {
      greenloop.file("plain.kts", "println()")

      fails("run", "nope.loop.kts") shouldBe "greenloop: run nope.loop.kts: no such file\n"
      fails("run", ".") shouldBe "greenloop: run .: is a folder, not a script\n"
      fails("run", "plain.kts") shouldBe
        "greenloop: run plain.kts: the name of a script ends with .loop.kts\n"
    }

    test("wrong usage: one sentence that says what is wrong and what to write") {
      val commands = "greenloop run|check|new|doctor|ps|pstree|bench|port-check …, or --help"
      val run =
        "greenloop run [--seed N] [--virtual-time] [--timeout TIME] [--debug] [--jfr FILE] " +
          "[--watch] SCRIPT [ARGS…]"

      fails() shouldBe "greenloop: no command given; write: $commands\n"
      fails("walk") shouldBe "greenloop: there is no command 'walk'; write: $commands\n"
      fails("plain.kts") shouldBe
        "greenloop: 'plain.kts' is no script: the name of a script ends with .loop.kts; " +
        "write: $commands\n"
      fails("--fast") shouldBe "greenloop: greenloop has no option '--fast'; write: $commands\n"
      fails("run") shouldBe "greenloop: SCRIPT is missing; write: $run\n"
      fails("run", "--fast", "a.loop.kts") shouldBe
        "greenloop: 'run' has no option '--fast'; write: $run\n"
      fails("run", "--seed", "x", "a.loop.kts") shouldBe
        "greenloop: --seed wants a whole number, not 'x'; write: $run\n"
      fails("run", "--seed") shouldBe "greenloop: --seed wants a whole number; write: $run\n"
      fails("run", "--timeout", "soon", "a.loop.kts") shouldBe
        "greenloop: --timeout wants a time such as 90s or 5m, not 'soon'; write: $run\n"
      fails("check") shouldBe
        "greenloop: SCRIPT is missing; write: greenloop check SCRIPT…\n"
      fails("doctor", "x") shouldBe
        "greenloop: 'doctor' takes no further word, so 'x' is too much; write: greenloop doctor\n"
    }

    test("help, version and doctor print to standard output") {
      val help = greenloop.run("--help")
      val version = greenloop.run("--version")
      val doctor = greenloop.run("doctor")

      help.exitCode shouldBe 0
      help.out shouldStartWith "Usage: greenloop [-hV] [COMMAND]\n"
      help.out shouldContain "\nExamples:\n  greenloop new hello.loop.kts "
      version.out shouldBe
        "greenloop ${Greenloop.dist.resolve("lib/build").readText().substringBefore(' ')} " +
        "(JDK ${System.getProperty("java.runtime.version")})\n"
      doctor.exitCode shouldBe 0
      doctor.out shouldContain Regex("^greenloop: +\\S+, build [0-9a-f]{16}\n")
      doctor.out shouldContain "\nmode:         full\nengine:       "
      doctor.out shouldContain "\nresolver:     InetAddress parks the task\n"
      doctor.out shouldContain "\narchives:     off (GREENLOOP_AOT)\n"
    }

    test("doctor names an engine that nobody knows, in one line") {
      val run =
        greenloop.run(
          "doctor",
          with =
            mapOf("GREENLOOP_JAVA_OPTS" to "-Dgreenloop.engine=foo"),
        )

      run.exitCode shouldBe 1
      run.err.lines().size shouldBe 2
      run.err shouldContain "greenloop: doctor: "
      run.err shouldContain "foo"
    }

    test("new refuses a name that Maven refuses, and says where to install from") {
      val refused = greenloop.run("new", "bad name!")
      refused.exitCode shouldBe 2
      refused.err shouldContain "greenloop: new bad name!: a project's name has letters, digits"
      Files.exists(greenloop.work.resolve("bad name!")) shouldBe false

      fails("new", "hello.kts") shouldBe
        "greenloop: new hello.kts: the name of a script ends with .loop.kts; " +
        "write: greenloop new hello.loop.kts\n"

      val path = mapOf("PATH" to "${greenloop.command.parent}:${System.getenv("PATH")}")
      greenloop.run("new", "there.loop.kts", with = path).out shouldBe
        "there.loop.kts is there; run it: greenloop there.loop.kts\n"
      greenloop.run("new", "demo").out shouldContain "-pl runtime-java/testing,dsl-kotlin/dsl -am"
    }

    test("a script sees what its guide uses without an import") {
      greenloop.file(
        "imports.loop.kts",
        """
        import java.time.Duration
        fun ends(stream: Stream?, error: IOException?) = stream == null && error == null
        val idle = Greenlet { Greenlet.current().parent!!.switchTo() }
        idle.switchTo()
        println(idle.throwInto() is GreenletExit)
        try { timeout(1.milliseconds) { sleep(1.hours) } } catch (late: AsyncTimeoutException) { println("late") }
        loop { flow { emit(listOf(1).first()) }.collect { println(it) } }
        println(loop { flow { emit(2) }.first() })
        println("${'$'}{ends(null, null)} ${'$'}{Duration.ofMillis(1)}")
        """,
      )
      val run = greenloop.run("imports.loop.kts")
      run.err shouldBe ""
      run.out shouldBe "true\nlate\n1\n2\ntrue PT0.001S\n"
    }

    test("doctor shows the mode that a script would get") {
      val portable = mapOf("GREENLOOP_JAVA_OPTS" to "-Dgreenloop.mode=portable")

      val doctor = greenloop.run("doctor", with = portable)

      doctor.out shouldContain "\nmode:         portable (-Dgreenloop.mode=portable is set)\n"
    }

    test("a JDK named on purpose must do; no other is taken instead") {
      val old = jdk(greenloop.work.resolve("jdks/seventeen"), "17.0.15")

      fails("--version", with = mapOf("GREENLOOP_JAVA_HOME" to "$old")) shouldBe
        "greenloop: GREENLOOP_JAVA_HOME=$old is not a JDK 25 or newer\n"
    }

    test("without a suitable JDK the message says what was seen and what to install") {
      val old = jdk(greenloop.work.resolve("old/seventeen"), "17.0.15")
      val nowhere =
        mapOf(
          "GREENLOOP_JAVA_HOME" to null,
          "GREENLOOP_JDKS" to "${old.parent}",
          "JAVA_HOME" to "$old",
          "PATH" to "$old/bin:${tools(greenloop.work.resolve("tools"), "readlink")}",
        )

      val error = fails("--version", with = nowhere)

      error shouldStartWith
        "greenloop: needs a JDK 25 or newer, and found none " +
        "(JAVA_HOME is version 17, java on the PATH is version 17).\nInstall one, "
      error shouldEndWith ", or set GREENLOOP_JAVA_HOME to the folder of one.\n"
    }

    test("an old JAVA_HOME and an old java on the PATH are passed over") {
      val old = jdk(greenloop.work.resolve("both/seventeen"), "17.0.15")
      jdk(old.resolveSibling("right"), "25.0.1")
      jdk(old.resolveSibling("newer"), "99.0.1")
      val run =
        greenloop.run(
          "--version",
          with =
            mapOf(
              "GREENLOOP_JAVA_HOME" to null,
              "GREENLOOP_JDKS" to "${old.parent}",
              "JAVA_HOME" to "$old",
              "PATH" to "$old/bin:${System.getenv("PATH")}",
            ),
        )

      run.err shouldBe ""
      run.out shouldEndWith "(JDK 25.0.1+1)\n"
    }

    fun echo(): Map<String, String?> {
      val cache = "-Dgreenloop.cache=*) echo \"${'$'}word\""
      val says = "for word; do case ${'$'}word in $cache;; esac; done"
      val here = jdk(greenloop.work.resolve("echo"), "25.0.1", says)
      return mapOf("GREENLOOP_JAVA_HOME" to "$here")
    }

    test("without HOME the cache is a folder of this user alone, or the command refuses") {
      val place = greenloop.work.resolve("shared").createDirectories()
      val nowhere =
        echo() + mapOf("HOME" to null, "XDG_CACHE_HOME" to null, "TMPDIR" to "$place")
      val first = greenloop.run("--help", with = nowhere)
      val cache = Files.list(place).use { it.toList() }.single()

      first.out shouldBe "-Dgreenloop.cache=$cache\n"
      PosixFilePermissions.toString(Files.getPosixFilePermissions(cache)) shouldBe "rwx------"

      val refusal =
        "greenloop: HOME and XDG_CACHE_HOME are not set, and $cache is no folder of yours"
      Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxr-xr-x"))
      fails("--help", with = nowhere) shouldStartWith refusal
      Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwx------"))
      greenloop.run("--help", with = nowhere).exitCode shouldBe 0

      Files.move(cache, place.resolve("elsewhere"))
      cache.createSymbolicLinkPointingTo(place.resolve("elsewhere"))
      fails("--help", with = nowhere) shouldStartWith refusal
    }

    test("the command finds its installation without a slash in its name, and with CDPATH") {
      val folder = Greenloop.dist
      val said =
        listOf(
          ProcessBuilder("sh", "greenloop", "--help").directory(folder.toFile()),
          ProcessBuilder("sh", "${folder.fileName}/greenloop", "--help")
            .directory(folder.parent.toFile())
            .also { it.environment()["CDPATH"] = "${folder.parent}" },
        ).map { builder ->
          for ((name, value) in greenloop.environment + echo()) {
            if (value ==
              null
            ) {
              builder.environment() -= name
            } else {
              builder.environment()[name] = value
            }
          }
          builder
            .redirectErrorStream(true)
            .start()
            .inputReader()
            .readText()
        }

      said.toSet() shouldBe setOf("-Dgreenloop.cache=${greenloop.work}/cache/greenloop\n")
    }

    for ((how, lock) in listOf("with flock" to arrayOf("flock"), "without flock" to emptyArray())) {
      test("two that start at once in a source tree build once, $how") {
        val tree = greenloop.work.resolve(if (lock.isEmpty()) "tree-plain" else "tree-flock")
        tree.createDirectories()
        Files.copy(greenloop.command, tree.resolve("greenloop"))
        greenloop.file("${tree.fileName}/mvnw", FAKE_BUILD.replace("DIST", "${Greenloop.dist}"))
        tree.resolve("mvnw").toFile().setExecutable(true)
        val names = "sh mkdir rm cp ln sleep find touch".split(' ') + lock
        val path = mapOf("PATH" to "${tools(tree.resolve("bin"), *names.toTypedArray())}")

        val command = tree.resolve("greenloop")
        val both = List(2) { greenloop.start("--version", command = command, with = path) }
        both.map { it.join() }.forEach { run ->
          run.out shouldStartWith "greenloop "
          run.exitCode shouldBe 0
        }
        val third = greenloop.run("--version", command = command, with = path)

        third.err shouldBe ""
        tree.resolve("builds").readText() shouldBe "built\n"
      }
    }

    test("a build that fails shows Maven's errors and exits 2") {
      val tree = greenloop.work.resolve("tree-broken").createDirectories()
      Files.copy(greenloop.command, tree.resolve("greenloop"))
      greenloop.file(
        "tree-broken/mvnw",
        """
        #!/bin/sh
        echo '[INFO] Building Greenloop runtime 1.0      [2/7]'
        echo '[ERROR] Loop.java:[3,5] missing return'
        echo '[ERROR] Failed to execute goal compile'
        echo '[ERROR] To see the full stack trace …'
        exit 1
        """,
      )
      tree.resolve("mvnw").toFile().setExecutable(true)

      val run = greenloop.run("--version", command = tree.resolve("greenloop"))

      run.exitCode shouldBe 2
      run.err shouldBe
        """
        greenloop: building, once for this state of the sources: two minutes, on a busy machine ten and more, and the first time of all it downloads Maven and the libraries, some hundred MB, to ~/.m2
        greenloop: 2/7 Greenloop runtime 1.0
        Loop.java:[3,5] missing return
        Failed to execute goal compile
        greenloop: the build failed; all it printed is in $tree/dsl-kotlin/script/target/build.log

        """.trimIndent()
    }
  })

/** Stands in for Maven: takes a while, notes that it ran, and lays out what a build lays out. */
private val FAKE_BUILD =
  """
  #!/bin/sh
  sleep 1
  lib=dsl-kotlin/script/target/dist/lib
  mkdir -p "${'$'}lib"
  mkdir "${'$'}lib/launcher"
  ln -s DIST/lib/*.jar "${'$'}lib"
  ln -s DIST/lib/launcher/*.jar "${'$'}lib/launcher"
  cp DIST/lib/build "${'$'}lib/build"
  echo built >> builds
  """.trimIndent()

/** A folder that looks like a JDK of [version]; its `java` runs [body]. No link: links to folders get followed. */
private fun jdk(
  folder: Path,
  version: String,
  body: String = "exit 1",
): Path {
  val java = folder.resolve("bin").createDirectories().resolve("java")
  Files.writeString(java, "#!/bin/sh\n$body\n")
  java.toFile().setExecutable(true)
  Files.writeString(
    folder.resolve("release"),
    "IMPLEMENTOR=\"Example\"\nJAVA_RUNTIME_VERSION=\"$version+1\"\nJAVA_VERSION=\"$version\"\n",
  )
  return folder
}

/** A folder for PATH with nothing but the named programs. */
private fun tools(
  folder: Path,
  vararg names: String,
): Path {
  folder.createDirectories()
  val path = System.getenv("PATH").split(':').map { Path.of(it) }
  for (name in names) {
    val program = path.map { it.resolve(name) }.firstOrNull { Files.isExecutable(it) } ?: continue
    folder.resolve(name).createSymbolicLinkPointingTo(program)
  }
  return folder
}
