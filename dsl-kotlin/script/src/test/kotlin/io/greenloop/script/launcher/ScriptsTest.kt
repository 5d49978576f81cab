package io.greenloop.script.launcher

import io.greenloop.script.ArchiveTraining
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldNotContain
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.readText
import kotlin.io.path.writeText

class ScriptsTest :
  FunSpec({
    val greenloop = Greenloop("scripts")

    test("a script runs with its words; unchanged, it runs again without compiler or parser") {
      greenloop.file(
        "hello.loop.kts",
        """
        #!/usr/bin/env -S greenloop run
        println("hello ${'$'}args ${'$'}{5.milliseconds + 1.seconds}")
        if (args.size > 1) exit(args[1].toInt())
        """,
      )
      val first = greenloop.run("run", "hello.loop.kts", "--seed")
      withClue(first.err) { first.exitCode shouldBe 0 }
      first.out shouldBe "hello [--seed] 1.005s\n"
      greenloop.compiledScripts() shouldHaveSize 1

      val classes = greenloop.work.resolve("classes.log")
      val log = mapOf("GREENLOOP_JAVA_OPTS" to "-Xlog:class+load:file=$classes")
      val again = greenloop.run("run", "--seed", "3", "hello.loop.kts", "é @x", "7", with = log)

      again.out shouldBe "hello [é @x, 7] 1.005s\n"
      again.err shouldBe ""
      again.exitCode shouldBe 7
      val loaded = classes.readText()
      loaded shouldNotContain "org.jetbrains.kotlin."
      loaded shouldNotContain "picocli."
      loaded shouldNotContain "io.greenloop.script.CompilerProcess"
    }

    test("a script that does not compile gives its lines and exit code 2") {
      greenloop.file(
        "wrong.loop.kts",
        """
        import java.util.concurrent.TimeUnit

        val x: Int = "a"
        fun f() {
            yieldLop()
        }
        """,
      )

      val run = greenloop.run("run", "wrong.loop.kts")

      run.exitCode shouldBe 2
      run.out shouldBe ""
      run.err shouldBe
        """
        wrong.loop.kts:3:12: error: Initializer type mismatch: expected 'Int', actual 'String'.
            3 | val x: Int = "a"
              |            ^
        wrong.loop.kts:5:5: error: Unresolved reference 'yieldLop'.
            5 |     yieldLop()
              |     ^^^^^^^^

        """.trimIndent()
    }

    test("a suspend function in a script's own lines: the error says how to call it") {
      greenloop.file("suspends.loop.kts", "delay(1.seconds)\nloop { delay(1.milliseconds) }\n")

      val run = greenloop.run("run", "suspends.loop.kts")

      run.exitCode shouldBe 2
      run.err shouldBe
        "suspends.loop.kts:1:1: error: Suspend function 'suspend fun delay(duration: Duration): " +
        "Unit' can only be called from a coroutine or another suspend function.\n" +
        "    1 | delay(1.seconds)\n      | ^^^^^\n" +
        "suspends.loop.kts: a script's own lines, and those in green { }, are not suspend code: " +
        "put it into loop { … }, or use what parks: join(), sleep(…), timeout(…) { … }\n"
    }

    test("letters of any language go in and out, also where no locale is set") {
      greenloop.file("letters.loop.kts", "println(\"gr\u00fcn, ${'$'}args\")")
      greenloop.file("umlaut.loop.kts", "val \u00fc = \"gr\u00fcn\" + nobody")
      val nowhere = mapOf("LC_ALL" to null, "LC_CTYPE" to null, "LANG" to null)
      // By a shell, for this JVM may have no locale either: a folder and a word with the letter.
      val inFolder =
        "u=\"\$(printf '\\303\\274')\"; mkdir -p gr\${u}n; cp letters.loop.kts gr\${u}n;" +
          "exec '${greenloop.command}' run gr\${u}n/letters.loop.kts J\${u}rgen"

      val run = greenloop.run("-c", inFolder, command = Path.of("/bin/sh"), with = nowhere)
      val wrong = greenloop.run("check", "umlaut.loop.kts", with = mapOf("LC_ALL" to "C"))

      withClue(run.err) { run.out shouldBe "gr\u00fcn, [J\u00fcrgen]\n" }
      wrong.err shouldBe
        "umlaut.loop.kts:1:18: error: Unresolved reference 'nobody'.\n" +
        "    1 | val \u00fc = \"gr\u00fcn\" + nobody\n      | ${" ".repeat(17)}^^^^^^\n"
    }

    test("check fills the cache for several scripts; one that does not compile stops no other") {
      greenloop.file("one.loop.kts", "println(1)")
      greenloop.file("two.loop.kts", "println(two)")
      greenloop.file("three.loop.kts", "println(3)")
      val before = greenloop.compiledScripts().size

      val run = greenloop.run("check", "one.loop.kts", "two.loop.kts", "three.loop.kts")

      run.err shouldBe
        "two.loop.kts:1:9: error: Unresolved reference 'two'.\n" +
        "    1 | println(two)\n      |         ^^^\n"
      run.exitCode shouldBe 2
      run.out shouldBe ""
      greenloop.compiledScripts() shouldHaveSize before + 2
      greenloop.run("check", "one.loop.kts", "three.loop.kts").exitCode shouldBe 0
      greenloop.run("check", "none.loop.kts").err shouldBe
        "greenloop: check none.loop.kts: no such file\n"
    }

    test("a syntax error is shown with its quote closed, by the name that was typed") {
      greenloop.file("syntax.loop.kts", "val a = (1")

      val run = greenloop.run("run", "./syntax.loop.kts")

      run.err shouldBe
        "./syntax.loop.kts:1:11: error: Expecting ')'\n    1 | val a = (1\n      |           ^\n"
      run.exitCode shouldBe 2
    }

    test("a script that throws gives a trace that ends in the script, and exit code 1") {
      greenloop.file(
        "throws.loop.kts",
        """
        fun parse(text: String): Int =
            try {
                text.toInt()
            } catch (e: NumberFormatException) {
                throw IllegalArgumentException("not a number: ${'$'}text", e)
            }
        println("before")
        try {
            parse(args[0])
        } finally {
            println("cleanup")
        }
        """,
      )

      val run = greenloop.run("run", "throws.loop.kts", "x1")

      run.exitCode shouldBe 1
      run.out shouldBe "before\ncleanup\n"
      run.err.replace(Regex("\tat java.base/.*\n"), "") shouldBe
        "java.lang.IllegalArgumentException: not a number: x1\n" +
        "\tat Throws_loop.parse(throws.loop.kts:5)\n" +
        "\tat Throws_loop.<init>(throws.loop.kts:9)\n" +
        "Caused by: java.lang.NumberFormatException: For input string: \"x1\"\n" +
        "\tat Throws_loop.parse(throws.loop.kts:3)\n" +
        "\t... 1 more\n"
    }

    test("traces begin at the script's lines: a time limit, a dead-lock, a child that was joined") {
      greenloop.file(
        "traces.loop.kts",
        """
        import io.greenloop.sync.Queue

        suspend fun patient() {
            withTimeout(5.milliseconds) {
                delay(1.hours)
            }
            println("on") // a call in tail position leaves no frame of its own
        }
        fun child() = spawn<Unit> { yieldNow(); error("bang") }
        when (args[0]) {
            "limit" -> loop { patient(); println("on") }
            "lock" -> Queue<Int>().get()
            "child" -> child().join()
        }
        """,
      )

      fun trace(word: String): String {
        val run = greenloop.run("run", "traces.loop.kts", word)
        run.exitCode shouldBe 1
        return run.err.replace(Regex("queue@\\w+"), "queue")
      }

      trace("limit") shouldBe
        "kotlinx.coroutines.TimeoutCancellationException: Timed out waiting for 5 ms\n" +
        "\tat Traces_loop.patient(traces.loop.kts:4)\n" +
        "\tat Traces_loop${'$'}1.invokeSuspend(traces.loop.kts:11)\n"
      trace("lock") shouldBe
        "io.greenloop.LoopExit: dead-lock: nothing can wake loop 'traces.loop.kts'; who waits:\n" +
        "  task 'traces.loop.kts' waits for an item of queue (0 items)\n" +
        "if another thread is going to wake them, tell the loop with expectPosts()\n" +
        "\tat Traces_loop.<init>(traces.loop.kts:12)\n"
      trace("child") shouldBe
        "java.lang.IllegalStateException: bang\n" +
        "\tat Traces_loop${'$'}child${'$'}1.invokeSuspend(traces.loop.kts:9)\n" +
        "\tat awaited.by(task 'traces.loop.kts')\n" +
        "\tat Traces_loop.<init>(traces.loop.kts:13)\n"
    }

    test("a lateinit variable that a greenlet reads is not called unnecessary") {
      greenloop.file(
        "late.loop.kts",
        """
        import io.greenloop.greenlet.Greenlet
        lateinit var second: Greenlet
        val first = Greenlet { println(12); second.switchTo(); println(34); null }
        second = Greenlet { println(56); first.switchTo(); null }
        first.switchTo()
        """,
      )

      val run = greenloop.run("run", "late.loop.kts")

      run.err shouldBe ""
      run.out shouldBe "12\n56\n34\n"
    }

    test("exit leaves from any depth, past a catch of Exception, and runs cleanup") {
      greenloop.file(
        "leaves.loop.kts",
        """
        class Deep { fun go(): Nothing = exit(5) }
        try {
            Deep().go()
        } catch (e: Exception) {
            println("caught")
        } finally {
            println("cleanup")
        }
        """,
      )

      val run = greenloop.run("run", "leaves.loop.kts")

      withClue(run.err) { run.out shouldBe "cleanup\n" }
      run.err shouldBe ""
      run.exitCode shouldBe 5
    }

    test("exit ends the script with any code, also while a thread of its own lives on") {
      greenloop.file(
        "threads.loop.kts",
        """
        Thread.ofPlatform().start { Thread.sleep(1_000_000) }
        exit(args[0].toInt())
        """,
      )

      greenloop.run("run", "threads.loop.kts", "3").exitCode shouldBe 3
      greenloop.run("run", "threads.loop.kts", "0").exitCode shouldBe 0
    }

    test("a text that is not the one which the jar is named by is not kept") {
      val script = greenloop.file("newer.loop.kts", "println(\"newer\")")
      val jar = greenloop.work.resolve("older.jar")
      val libraries =
        listOf(
          "lib",
          "lib/launcher",
          "lib/compiler",
        ).joinToString(":") { "${Greenloop.dist}/$it/*" }
      val compiler =
        ProcessBuilder(
          "${System.getProperty("java.home")}/bin/java",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dgreenloop.home=${Greenloop.dist}",
          "-cp",
          libraries,
          "io.greenloop.script.compiler.CompileMain",
          "$script",
          "newer.loop.kts",
          "$jar",
          "0000",
        ).redirectErrorStream(true).start()

      compiler.inputReader().readText() shouldBe
        "greenloop: compile newer.loop.kts: it changed while it was compiled; do it again\n"
      compiler.waitFor() shouldBe 2
      Files.exists(jar) shouldBe false
    }

    test("a cache that cannot be written: a sentence, and the script runs") {
      greenloop.file("homeless.loop.kts", "println(\"ran\")")

      val run =
        greenloop.run("run", "homeless.loop.kts", with = mapOf("XDG_CACHE_HOME" to "/dev/null"))

      run.out shouldBe "ran\n"
      run.exitCode shouldBe 0
      run.err shouldBe
        "greenloop: cannot write /dev/null/greenloop/scripts, so homeless.loop.kts is compiled " +
        "at each run; set XDG_CACHE_HOME to a folder that can be written\n"
    }

    test("every kind of declaration may stand at the top level, in any order") {
      greenloop.file(
        "kinds.loop.kts",
        """
        println(listOf(Even.check(4), Color.RED, area(Square(3)), "a".shout(), twice { 2 }))
        println(Table().row<String>() + Name("n") + names(listOf(Name("m"))) + even(7))

        fun even(n: Int): Boolean = n == 0 || odd(n - 1)
        fun odd(n: Int): Boolean = n != 0 && even(n - 1)
        object Even { fun check(n: Int) = n % 2 == 0 }
        enum class Color { RED }
        sealed interface Shape
        data class Square(val side: Int) : Shape
        fun area(shape: Shape): Int = when (shape) { is Square -> shape.side * shape.side }
        fun String.shout(): String = uppercase() + mark
        inline fun twice(f: () -> Int): Int = f() * 2
        @JvmInline value class Name(val text: String)
        typealias Names = List<Name>
        fun names(all: Names): Int = all.size
        class Table { inline fun <reified T> row(): String = T::class.simpleName + mark }
        val mark: String get() = "?"
        val String.twofold: String get() = this + this
        private val stored: MutableList<Int> by lazy { mutableListOf(1) }
        var counter: Int
            get() = stored.last() * 2
            set(value) { stored += value }
        counter = 8
        println("${'$'}counter ${'$'}{"ab".twofold}")
        """,
      )

      val run = greenloop.run("run", "kinds.loop.kts")

      withClue(run.err) {
        run.out shouldBe
          "[true, RED, 9, A?, 4]\nString?Name(text=n)1false\n16 abab\n"
      }
    }

    test("the script that the archives are trained with runs to its end") {
      val sample = ArchiveTraining::class.java.getResource("train.loop.kts")!!.readText()
      greenloop.work.resolve("train.loop.kts").writeText(sample)

      val run = greenloop.run("run", "train.loop.kts", "train")

      run.err shouldBe ""
      run.exitCode shouldBe 0
    }

    test("two first runs at once both succeed and leave one compiled script") {
      val before = greenloop.compiledScripts()
      greenloop.file("twins.loop.kts", "println(\"twin ${'$'}args\")")

      val left = greenloop.start("run", "twins.loop.kts", "1")
      val right = greenloop.start("run", "twins.loop.kts", "2")

      left.join().out shouldBe "twin [1]\n"
      right.join().out shouldBe "twin [2]\n"
      for (run in listOf(left.join(), right.join())) {
        run.err shouldBe ""
        run.exitCode shouldBe 0
      }
      (greenloop.compiledScripts() - before.toSet()).map { it.fileName.toString() }.also { added ->
        added shouldHaveSize 1
        added.filterNot { it.endsWith(".jar") }.shouldBeEmpty()
      }
    }
  })
