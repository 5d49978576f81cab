package io.greenloop.examples

import io.greenloop.Aio
import io.greenloop.AsyncTimeoutException
import io.greenloop.ThrowingRunnable
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.engine.spec.tempdir
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldContainExactly
import java.time.Duration

private fun sh(line: String) = listOf("/bin/sh", "-c", line)

class ProcessExamplesTest :
  FunSpec({
    test("a program that fails is started again after growing pauses, until it ends well") {
      val folder = tempdir()
      val script =
        "cd $folder; echo x >> starts; n=\$(grep -c x starts); echo start \$n; [ \$n -ge 3 ]"

      linesOf {
        Aio.run(
          virtualTime(),
          ThrowingRunnable {
            Supervisor(Duration.ofHours(1), 5).run(mapOf("web" to sh(script)))
          },
        )
      }.shouldContainExactly(
        "web| start 1",
        "web: ended with 1, starts again in 3600000 ms",
        "web| start 2",
        "web: ended with 1, starts again in 7200000 ms",
        "web| start 3",
        "web: done",
      )
    }

    test("one that fails again and again is given up, and the others go on") {
      linesOf {
        Aio.run(
          virtualTime(),
          ThrowingRunnable {
            Supervisor(Duration.ofHours(1), 1).run(mapOf("bad" to sh("echo oops >&2; exit 7")))
          },
        )
      }.shouldContainExactly(
        "bad| oops",
        "bad: ended with 7, starts again in 3600000 ms",
        "bad| oops",
        "bad: given up, ended with 7",
      )
    }

    test("a cancel stops what runs") {
      linesOf {
        Aio.run(
          ThrowingRunnable {
            shouldThrow<AsyncTimeoutException> {
              Aio.timeout(
                Duration.ofSeconds(1),
                ThrowingRunnable {
                  Supervisor(Duration.ofHours(1), 1).run(mapOf("idle" to sh("sleep 1000")))
                },
              )
            }
          },
        )
        ProcessHandle
          .current()
          .children()
          .toList()
          .shouldBeEmpty()
      }.shouldContainExactly("idle: stopped")
    }
  })
