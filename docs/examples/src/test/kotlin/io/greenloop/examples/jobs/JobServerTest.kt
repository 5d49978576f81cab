package io.greenloop.examples.jobs

import io.greenloop.examples.Child
import io.greenloop.project.root
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempfile
import io.kotest.matchers.ints.shouldBeGreaterThanOrEqual
import io.kotest.matchers.nulls.shouldBeNull
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.net.InetAddress
import java.net.Socket
import java.nio.file.Files
import java.nio.file.Path

/** What clients say, and hear; a part for each step of the port. */
private val conversations =
  listOf(
    """
    ann: HELLO ann -> HELLO ann
    bob: WHO -> WHO nobody
    bob: HELLO bob -> HELLO bob
    ann: WHO -> WHO ann
    ann: DANCE -> ERR no command DANCE
    """,
    """
    ann: SUBMIT sum 1 2 3 -> OK 1
    ann: WAIT 1 -> DONE 1 6
    bob: SUBMIT sum one -> OK 2
    ann: WAIT 2 -> FAILED 2 not a number: one
    ann: SUBMIT nap -> ERR no kind nap
    ann: SUBMIT sleep 0.01 -> OK 3
    bob: WAIT 3 -> DONE 3 slept 0.01
    bob: SUBMIT sleep 600 -> OK 4
    ann: WAIT 4 0.05 -> PENDING 4
    ann: CANCEL 4 -> CANCELLED 4
    bob: WAIT 4 -> CANCELLED 4
    ann: PAUSE -> PAUSED
    ann: SUBMIT sum 1 -> OK 5
    ann: SUBMIT sum 2 -> OK 6
    bob: CANCEL 6 -> CANCELLED 6
    ann: WAIT 5 0.05 -> PENDING 5
    ann: LIST -> 1 done ann, 2 failed bob, 3 done ann, 4 cancelled bob, 5 queued ann, 6 cancelled ann
    bob: RESUME -> RESUMED
    ann: WAIT 5 -> DONE 5 1
    ann: WAIT 99 -> ERR no job 99
    ann: STATS -> queued=0 running=0 done=3 failed=1 cancelled=2
    """,
    """
    ann: SUBMIT digest 1000 abc -> OK 7
    ann: WAIT 7 -> DONE 7 a933137af573
    ann: SUBMIT shell echo one; echo two >&2 -> OK 8
    ann: WAIT 8 -> DONE 8 one two
    ann: SUBMIT shell exit 3 -> OK 9
    ann: WAIT 9 -> FAILED 9 exit code 3
    ann: SUBMIT shell exec sleep 600 -> OK 10
    ann: WAIT 10 0.05 -> PENDING 10
    ann: CANCEL 10 -> CANCELLED 10
    """,
    """
    bob: WATCH 3 -> WATCHING
    ann: SUBMIT sum 5 -> OK 11
    bob: -> EVENT 11 queued
    bob: -> EVENT 11 running
    bob: -> EVENT 11 done
    """,
  ).map { it.trimIndent().lines() }

private class Client(
  port: Int,
) : AutoCloseable {
  private val socket = Socket(InetAddress.getLoopbackAddress(), port).also { it.soTimeout = 60_000 }
  private val reader = socket.inputStream.bufferedReader()

  fun say(line: String) = socket.outputStream.write("$line\n".toByteArray())

  fun hear(): String? = reader.readLine()

  fun ask(line: String): String? {
    say(line)
    return hear()
  }

  /** Reads until [part] was heard. */
  fun hearUntil(part: String): String {
    val heard = StringBuilder()
    while (part !in heard) {
      val next = reader.read()
      check(next >= 0) { "the end; heard '$heard'" }
      heard.append(next.toChar())
    }
    return heard.toString()
  }

  override fun close() = socket.close()
}

private fun Child.port(ofWhat: String) =
  awaitLineWith("$ofWhat on port").substringAfterLast(' ').toInt()

private fun talk(
  port: Int,
  parts: Int,
) {
  Client(port).use { ann ->
    Client(port).use { bob ->
      for (line in conversations.take(parts).flatten()) {
        val (who, question, answer) =
          Regex(
            "(\\w+): (.*?) ?-> (.*)",
          ).matchEntire(line)!!.destructured
        val client = if (who == "ann") ann else bob
        if (question.isNotEmpty()) client.say(question)
        withClue(line) { client.hear() shouldBe answer }
      }
      bob.ask("QUIT") shouldBe "BYE"
      bob.hear().shouldBeNull()
    }
  }
}

/** It is queued at first: a pause now would keep it so. */
private fun awaitRunning(
  client: Client,
  number: Int,
) {
  while ("$number running" !in client.ask("LIST")!!) Thread.onSpinWait()
}

private val python = Path.of("/usr/bin/python3")

private fun hasGevent() =
  Files.isExecutable(python) &&
    ProcessBuilder(python.toString(), "-c", "import gevent").start().waitFor() == 0

/** The Python service and each step of its port, asked by the same clients. */
class JobServerTest :
  FunSpec({
    fun options(vararg more: String) = arrayOf("--port", "0", "--backdoor", "0", *more)

    fun original(vararg options: String) =
      Child("$python", root.resolve("docs/examples/job-server.py").toString(), *options)

    val steps =
      listOf(
        Step1Connections::class.java,
        Step2Jobs::class.java,
        Step3Blocking::class.java,
        Step4Watching::class.java,
      )
    for ((index, step) in steps.withIndex()) {
      test("${step.simpleName} answers as the Python original does") {
        val log = tempfile().path
        Child
          .java(
            step,
            *options("--statistics", log),
          ).use { talk(it.port("listening"), index + 1) }
      }
    }

    val whole: Map<String, (Array<String>) -> Child> =
      mapOf(
        "the Python original" to { original(*it) },
        "the port" to { Child.java(JobServer::class.java, *it) },
        "the port in portable mode" to { Child.javaWith(listOf(), JobServer::class.java, *it) },
      )
    for ((name, start) in whole) {
      val enabled = "Python" !in name || hasGevent()

      test("$name answers, tells how many jobs there are, and ends in good order")
        .config(enabled = enabled) {
          val log = tempfile()
          start(options("--statistics", log.path, "--period", "0.02")).use { service ->
            val backdoor = service.port("backdoor")
            val port = service.port("listening")
            talk(port, conversations.size)

            service.signal("HUP")
            service.awaitLine("queued=0 running=0 done=6 failed=2 cancelled=3")
            Client(backdoor).use {
              it.hearUntil(">>> ") shouldContain "the job server\n"
              it.say(if ("Python" in name) "print(service.line())" else "service.line()")
              it.hearUntil(">>> ") shouldContain "queued=0 running=0 done=6 failed=2 cancelled=3"
            }
            Client(port).use {
              it.ask("SUBMIT sleep 0.5") shouldBe "OK 12"
              awaitRunning(it, 12)
              it.ask("PAUSE") shouldBe "PAUSED"
              it.ask("SUBMIT sum 1") shouldBe "OK 13"
              it.say("WAIT 12")
              service.signal("TERM")
              it.hear() shouldBe "DONE 12 slept 0.5"
              it.hear().shouldBeNull()
            }
            service.awaitLine("stopped: queued=0 running=0 done=7 failed=2 cancelled=4")
            service.finish() shouldBe 0
          }
          log.readLines().last() shouldBe "queued=0 running=0 done=7 failed=2 cancelled=4"
          log.readLines().size shouldBeGreaterThanOrEqual 2
        }

      test("$name limits the time of a job, and of a silent client").config(enabled = enabled) {
        val log = tempfile().path
        start(options("--statistics", log, "--limit", "0.05", "--idle", "2")).use { service ->
          Client(service.port("listening")).use {
            it.ask("SUBMIT sleep 600") shouldBe "OK 1"
            it.ask("WAIT 1") shouldBe "FAILED 1 out of time"
            it.hear().shouldBeNull()
          }
        }
      }
    }
  })
