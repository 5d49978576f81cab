package io.greenloop.kotlin

import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

/** The words that stand in both receivers: the innermost body decides whether they park. */
class GreenWordsTest :
  FunSpec({
    test("a task group of blocking code waits for its children, and gives what its body gave") {
      trailOf { t ->
        green {
          val result =
            taskGroup {
              green {
                sleep(20.milliseconds)
                t.note("green")
              }
              spawn {
                sleep(10.milliseconds)
                t.note("suspend")
              }
              "result"
            }
          t.note(result)
        }.await()
      } shouldContainExactly listOf("suspend@10", "green@20", "result@20")
    }

    test("a child that fails ends its group, and the task goes on behind it") {
      trailOf { t ->
        green {
          shouldThrow<IOException> {
            taskGroup {
              spawn { throw IOException("no") }
              try {
                sleep(9.seconds)
              } finally {
                t.note("body")
              }
            }
          }
          sleep(1.seconds)
          t.note("behind")
        }.await()
      } shouldContainExactly listOf("body@0", "behind@1000")
    }

    test("a task that is cancelled in a group cancels what the group has started") {
      trailOf { t ->
        val task =
          green {
            taskGroup {
              spawn {
                try {
                  sleep(9.seconds)
                } finally {
                  t.note("child")
                }
              }
            }
          }
        sleep(1.seconds)
        task.cancel()
      } shouldContainExactly listOf("child@1000")
    }

    test("of blocking bodies the first one wins, and what the others have started ends") {
      trailOf { t ->
        green {
          val won =
            race(
              {
                green {
                  try {
                    sleep(9.seconds)
                  } finally {
                    t.note("child of the loser")
                  }
                }
                sleep(8.seconds)
                "slow"
              },
              {
                sleep(1.seconds)
                "fast"
              },
            )
          t.note(won)
        }.await()
      } shouldContainExactly listOf("child of the loser@1000", "fast@1000")
    }

    test(
      "inside suspend code of blocking code the words suspend, and inside blocking code they park",
    ) {
      trailOf { t ->
        green {
          loop {
            t.note(race({ timeout(1.seconds) { listOf(1, 2).parallelMap(2) { it + 1 } } }))
            retry { taskGroup { spawn { sleep(1.seconds) } } }
            green {
              t.note(race({ timeout(1.seconds) { listOf(1, 2).parallelMap(2) { it + 2 } } }))
              retry { taskGroup { green { sleep(1.seconds) } } }
            }.await()
          }
          t.note("end")
        }.await()
      } shouldContainExactly listOf("[2, 3]@0", "[3, 4]@1000", "end@2000")
    }

    test("blocking code connects to suspend code, and runs programs") {
      loop {
        val server = server(0, "127.0.0.1") { connection -> connection.send("hello\n") }
        green {
          connect("127.0.0.1", server.port).use { String(it.reader().readAll()) } shouldBe "hello\n"
          exec("cat", input = "in").text() shouldBe "in"
        }.await()
        exec("cat", input = "also in").text() shouldBe "also in"
        connect(
          "127.0.0.1",
          server.port,
        ).use { it.reader().receiveLine().decodeToString() } shouldBe
          "hello\n"
        server.close()
      }
    }

    test("SUB-2: the lines of a program as a flow") {
      loop {
        val lines = ArrayList<String>()
        ProcessBuilder("sh", "-c", "echo one; printf 'two\\r\\nthree'").startProcess().use {
          it.lines().collect(lines::add)
        }
        lines shouldBe listOf("one", "two", "three")
      }
    }
  })
