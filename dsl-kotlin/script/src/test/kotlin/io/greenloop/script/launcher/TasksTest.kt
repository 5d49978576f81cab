package io.greenloop.script.launcher

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** What the body of a script is to the loop: its main task, and a scope. */
class TasksTest :
  FunSpec({
    val greenloop = Greenloop("tasks")

    test("a script is a scope for both kinds of task, and waits for them") {
      greenloop.file(
        "both.loop.kts",
        """
        val slow = spawn { sleep(40.milliseconds); "suspend" }
        val plain = green { Thread.sleep(20); "green" }
        println(slow.join() + plain.join())

        loop {
            val more = List(3) { n -> spawn { sleep(10.milliseconds); n } }
            println(more.map { it.await() }.sum())
        }
        spawn { sleep(1.milliseconds); println("last ${'$'}args") }
        """,
      )

      val run = greenloop.run("run", "both.loop.kts", "word")

      withClue(run.err) { run.out shouldBe "suspendgreen\n3\nlast [word]\n" }
      run.err shouldBe ""
      run.exitCode shouldBe 0
    }

    test("a failing child cancels the rest; its trace names script and line, exit code 1") {
      greenloop.file(
        "child.loop.kts",
        """
        fun boom(): Int = error("bang")
        green { try { sleep(1.hours) } finally { println("cleanup") } }
        spawn {
            sleep(1.milliseconds)
            boom()
        }
        """,
      )

      val run = greenloop.run("run", "child.loop.kts")

      run.exitCode shouldBe 1
      run.out shouldBe "cleanup\n"
      run.err shouldBe
        "java.lang.IllegalStateException: bang\n" +
        "\tat Child_loop.boom(child.loop.kts:1)\n" +
        "\tat Child_loop$2.invokeSuspend(child.loop.kts:5)\n"
    }

    test("exit in a child ends the script, after all cleanup") {
      greenloop.file(
        "ends.loop.kts",
        """
        green { try { sleep(1.hours) } finally { println("cleanup child") } }
        spawn { sleep(1.milliseconds); exit(9) }
        try { sleep(1.hours) } finally { println("cleanup main") }
        """,
      )

      val run = greenloop.run("run", "ends.loop.kts")

      run.err shouldBe ""
      run.out.lines().sorted() shouldBe listOf("", "cleanup child", "cleanup main")
      run.exitCode shouldBe 9
    }

    test("any thread may cancel a coroutine that sleeps, or one that awaits") {
      greenloop.file(
        "across.loop.kts",
        """
        import kotlinx.coroutines.Job
        import kotlinx.coroutines.cancel

        val sleeper = spawn { sleep(1.hours) }
        fun later(job: Job?) = Thread.ofPlatform().start { job!!.cancel("from outside") }
        for (wait in listOf("sleep", "await")) {
            val task = spawn {
                later(coroutineContext[Job])
                try { if (wait == "sleep") sleep(1.hours) else sleeper.await() } finally { println(wait) }
            }
            try { task.join() } catch (e: io.greenloop.CancelledError) { println(e.message) }
        }
        sleeper.cancel("enough")
        """,
      )

      val run = greenloop.run("run", "across.loop.kts")

      withClue(run.err) { run.out shouldBe "sleep\nfrom outside\nawait\nfrom outside\n" }
      run.exitCode shouldBe 0
    }

    test("virtual time jumps; a seed decides the order, and repeats it") {
      greenloop.file(
        "order.loop.kts",
        """
        repeat(8) { n -> spawn { sleep(1.hours); print(n) } }
        sleep(2.hours)
        println()
        """,
      )

      fun order(vararg options: String): String {
        val run = greenloop.run("run", "--virtual-time", *options, "order.loop.kts")
        withClue(run.err) { run.exitCode shouldBe 0 }
        return run.out
      }

      order() shouldBe "01234567\n"
      val seeded = order("--seed", "4")
      order("--seed", "4") shouldBe seeded
      seeded.toSet() shouldBe "01234567\n".toSet()
      (seeded == "01234567\n") shouldBe false
    }

    greenloop.file(
      "waits.loop.kts",
      """
      green(name = "child") { try { sleep(1.hours) } finally { println("cleanup child") } }
      spawn(name = "holder") {
          sleep(1.milliseconds)
          println("up")
          if ("hold" in args) while (true) {}
      }
      try {
          sleep(1.hours)
      } finally {
          println("cleanup main")
          if ("slow" in args) sleep(1.hours)
      }
      """,
    )

    test("Ctrl-C cancels the script, cleanup runs, exit code 130") {
      val run =
        greenloop
          .launch(
            "run",
            "waits.loop.kts",
          ).awaitLine("up")
          .interrupt()
          .finished
          .join()

      run.err shouldBe ""
      run.out shouldBe "up\ncleanup main\ncleanup child\n"
      run.exitCode shouldBe 130
    }

    test("a second Ctrl-C ends it at once and says what was not cleaned up") {
      val script = greenloop.launch("run", "waits.loop.kts", "slow").awaitLine("up").interrupt()

      val run =
        script
          .awaitLine("cleanup main")
          .interrupt()
          .finished
          .join()

      run.exitCode shouldBe 130
      run.err shouldBe
        "greenloop: interrupted again; loop 'waits.loop.kts' is not held by anybody\n" +
        "not cleaned up: task 'waits.loop.kts', task 'child'\n"
    }

    test("Ctrl-C while the loop is held ends it after 2 s and says who holds it, and where") {
      val script = greenloop.launch("run", "waits.loop.kts", "hold").awaitLine("up").interrupt()

      val run = script.finished.join()

      run.exitCode shouldBe 130
      run.err.substring(run.err.indexOf("greenloop: interrupted")) shouldBe
        "greenloop: interrupted, but the loop did not respond within 2 s; " +
        "loop 'waits.loop.kts' is held by task 'holder' " +
        "at Waits_loop$2.invokeSuspend(waits.loop.kts:5)\n" +
        "not cleaned up: task 'waits.loop.kts', task 'child', task 'holder'\n"
    }

    test(
      "Ctrl-C is not lost on a cleanup that spins, nor on a script that computes from the start",
    ) {
      greenloop.file(
        "spins.loop.kts",
        """
        println("up")
        try {
            if ("cleanup" in args) sleep(1.hours)
            while (true) {}
        } finally {
            if ("cleanup" in args) println("cleanup")
            while ("cleanup" in args) {}
        }
        """,
      )
      for ((word, line) in listOf("cleanup" to 7, "body" to 4)) {
        val script = greenloop.launch("run", "spins.loop.kts", word).awaitLine("up").interrupt()

        val run = script.finished.join()

        withClue(run.err) { run.exitCode shouldBe 130 }
        run.err.substring(run.err.indexOf("greenloop: interrupted")) shouldBe
          "greenloop: interrupted, but the loop did not respond within 2 s; " +
          "loop 'spins.loop.kts' is held by task 'spins.loop.kts' " +
          "at Spins_loop.<init>(spins.loop.kts:$line)\n" +
          "not cleaned up: task 'spins.loop.kts'\n"
      }
    }

    test("Ctrl-C ends a script that prints without end, though nobody reads it") {
      greenloop.file("prints.loop.kts", "println(\"up\")\nwhile (true) println(\"more\")")
      val script = greenloop.launch("run", "prints.loop.kts").awaitLine("up")
      script.awaitError("at Prints_loop.<init>(prints.loop.kts:2)") // held: the pipe is full

      script.interrupt().exit() shouldBe 130
    }
  })
