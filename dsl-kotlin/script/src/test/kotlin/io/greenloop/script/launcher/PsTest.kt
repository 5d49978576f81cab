package io.greenloop.script.launcher

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldMatch
import io.kotest.matchers.string.shouldStartWith

/** A running script seen from another process. */
class PsTest :
  FunSpec({
    val greenloop = Greenloop("ps")

    test("INT-4: ps and pstree show the tasks of a running script, without its help") {
      greenloop.file(
        "waits.loop.kts",
        """
        val gate = Aio.newPromise<Int>()
        val inner = green("inner") { gate.join() }
        val outer = spawn("outer") { inner.await() }
        sleep(1.milliseconds)
        println("waiting")
        outer.join()
        """,
      )
      val script = greenloop.launch("run", "waits.loop.kts").awaitLine("waiting")
      val pid = "${script.pid}"

      val table = greenloop.run("ps", pid)
      table.err shouldBe ""
      table.exitCode shouldBe 0
      val lines = table.out.lines()
      lines[0] shouldMatch "LOOP +ID +NAME +DOES +AT +AWAITED BY"
      lines.single { " inner " in it } shouldContain "waits for future@"
      lines.single { " outer " in it } shouldContain "waits for task 'inner'"

      val tree = greenloop.run("pstree", pid)
      tree.out
        .lines()
        .filter {
          "task " in it
        }.map { it.trimStart().substringBefore(" waits") }
        .takeLast(2)
        .map { it.replace(Regex("task \\d+"), "task N") } shouldBe
        listOf("└── task N 'outer'", "└── task N 'inner'")
      tree.out shouldContain "at Waits_loop"

      greenloop.run("ps", "--stacks", pid).out shouldContain "\tat io.greenloop.LoopFuture.join("
      greenloop.run("ps", "--json", pid).out shouldStartWith "{\"loops\":[{\"name\":"

      script
        .interrupt()
        .finished
        .join()
        .exitCode shouldBe 130
    }

    test("INT-4: a wrong process id, or a JVM without Greenloop, is told apart") {
      fun fails(vararg words: String): String {
        val run = greenloop.run(*words)
        run.exitCode shouldBe 2
        return run.err
      }

      fails("ps", "999999999") shouldBe "greenloop: ps 999999999: no such process\n"
      fails("pstree", "x") shouldBe
        "greenloop: PID wants a whole number, not 'x'; write: greenloop pstree PID\n"
      val sleeper = ProcessBuilder("sleep", "60").start()
      try {
        fails("ps", "${sleeper.pid()}") shouldBe
          "greenloop: ps ${sleeper.pid()}: is no JVM, or one that does not let itself be attached to\n"
      } finally {
        sleeper.destroy()
      }
      val java = "${System.getProperty("java.home")}/bin/java"
      val plain = greenloop.file("Plain.java", "void main() { IO.readln(); }")
      val jvm = ProcessBuilder(java, "$plain").start()
      try {
        fails("pstree", "${jvm.pid()}") shouldBe
          "greenloop: pstree ${jvm.pid()}: a JVM in which no loop of Greenloop has run\n"
      } finally {
        jvm.destroy()
      }
    }
  })
