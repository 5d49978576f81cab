package io.greenloop.examples.scripts

import io.greenloop.examples.Site
import io.greenloop.examples.greenletOutput
import io.greenloop.examples.refusedUrl
import io.greenloop.project.root
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.io.path.readText
import kotlin.random.Random

private class Program(
  val rule: String,
  val words: String,
  vararg val lines: String,
)

/** Scripts that print the same in every run; those that sleep do it in virtual time. */
private val programs =
  listOf(
    Program(
      "PRG-1: two tasks of one body, waited for together (script)",
      "--virtual-time one-two.loop.kts",
      "One",
      "One",
      "Two",
      "Two",
    ),
    Program(
      "a server sends back the lines of its clients, and ends with them (script)",
      "echo-server.loop.kts",
      "hello",
      "world",
      "connections left: 0",
    ),
    Program(
      "PRG-3: a task made on a loop that does not run yet (script)",
      "hello-world.loop.kts",
      "hello world",
    ),
    Program(
      "PRG-4: ensureFuture before the loop runs; of a task it is that task (script)",
      "ensure-future.loop.kts",
      "hello world",
      "the same object: true",
    ),
    Program(
      "PRG-5: an endless task is cancelled by a timer, and the loop goes on (script)",
      "--virtual-time endless-counter.loop.kts",
      "counting 0",
      "counting 1",
      "counting 2",
      "counting 3",
      "counting 4",
      "counter: cleaned up",
      "the loop goes on",
      "stopped",
      "script: cleaned up",
    ),
    Program(
      "PRG-6: the first failure reaches the caller, settled shows all, a cancel reaches both (script)",
      "--virtual-time gather-failure.loop.kts",
      "caught: task1 failed",
      "java.lang.IllegalArgumentException: task1 failed",
      "task2 result",
      "CANCELLED",
      "CANCELLED",
    ),
    Program(
      "PRG-7: the first ten Fibonacci numbers, then closed (script)",
      "fibonacci.loop.kts",
      *"0 1 1 2 3 5 8 13 21 34 closed".split(' ').toTypedArray(),
    ),
    Program(
      "PRG-9: a future is made, completed and awaited in three places; or fails (script)",
      "--virtual-time future-handover.loop.kts",
      "Future is done!",
      "java.lang.IllegalStateException: no result today",
    ),
    Program(
      "PRG-10: a generator-based coroutine delegates to one with a return value (script)",
      "--virtual-time delegation.loop.kts",
      "Compute 1 + 2",
      "Result: 3",
    ),
    Program(
      "PRG-11: B is never switched to; A switches to B and back (script)",
      "greenlets.loop.kts",
      "version one",
      "start running in main thread",
      "in function A",
      "main thread resumes here",
      "version two",
      "start running in main thread",
      "in function A",
      "in function B",
      "in function A again",
      "main thread resumes here",
    ),
    Program(
      "greenlet hand-offs: Kotlin prints what Python prints (script)",
      "--virtual-time greenlet-hand-offs.loop.kts",
      *greenletOutput("hand-offs").toTypedArray(),
    ),
    Program(
      "greenlet shapes: Kotlin prints what Python prints (script)",
      "greenlet-shapes.loop.kts",
      *greenletOutput("shapes").toTypedArray(),
    ),
    Program(
      "greenlet tools: Kotlin prints what Python prints (script)",
      "greenlet-tools.loop.kts",
      *greenletOutput("tools").toTypedArray(),
    ),
    Program(
      "PRG-12: two green threads alternate (script)",
      "--virtual-time eventlet-hello.loop.kts",
      *Array(6) { if (it % 2 == 0) "hello" else "world" },
    ),
    Program(
      "PRG-13: sleeps, returns, prints (script)",
      "--virtual-time hello-after-one-second.loop.kts",
      "Hello World!",
    ),
    Program(
      "PRG-14: counts to the end, then until it is cancelled (script)",
      "--virtual-time count-to-done.loop.kts",
      "0",
      "1",
      "2",
      "Done",
      "FINISHED",
      "0",
      "1",
      "Coroutine cancelled.",
      "CANCELLED",
    ),
    Program(
      "PRG-15: Alice and Bob take turns (script)",
      "--virtual-time alice-and-bob.loop.kts",
      *Array(6) { (if (it % 2 == 0) "Alice" else "Bob") + " says ${it / 2}" },
    ),
    Program(
      "PRG-16: main gathers two nested bodies (script)",
      "nested-gather.loop.kts",
      "Creating",
      "Waiting",
      "Running",
      "Running",
      "[42, 42]",
    ),
    Program(
      "PRG-18: two greetings and a callback on both (script)",
      "--virtual-time greetings.loop.kts",
      "Hello World!",
      "Hello lfzyx!",
      "Bye lfzyx!",
      "Bye World!",
      "Callback: [Hello World, lfzyx]",
    ),
    Program(
      "PRG-19: one job in five forms, with its failure (script)",
      "--virtual-time five-forms.loop.kts",
      *fiveForms.toTypedArray(),
    ),
    Program(
      "PRG-20: one exchange in four modes (script)",
      "four-modes.loop.kts",
      "blocking: pong",
      "non-blocking: nothing yet",
      "non-blocking: pong",
      "readiness: pong",
      "completion: pong",
    ),
    Program(
      "a producer waits for its consumer",
      "--virtual-time producer-consumer.loop.kts",
      "put 1",
      "put 2",
      "put 3",
      "got 1",
      "put 4",
      "got 2",
      "put 5",
      "got 3",
      "got 4",
      "got 5",
      "no more",
    ),
    Program(
      "the loop ticks while another thread computes",
      "cpu-bound.loop.kts",
      "17984 primes",
      "the loop ticked meanwhile",
    ),
    Program(
      "a recursive walk through a tree as a generator",
      "tree-walk.loop.kts",
      "house",
      "  kitchen",
      "    stove",
      "    table",
      "      drawer",
      "  cellar",
    ),
    Program(
      "the words of a scope, in blocking and in suspend code",
      "--virtual-time words.loop.kts",
      "a group gave 3 at 30 ms",
      "near won at 40 ms",
      "time limit of PT0.1S passed at 140 ms",
      "page after 3 attempts at 440 ms",
      "[1, 2, 3, 4] at 460 ms",
      "tick at 460 ms",
      "tick at 480 ms",
      "tick at 500 ms",
      "1 at 510 ms",
      "4 at 520 ms",
      "9 at 530 ms",
      "16 at 540 ms",
      "in time at 545 ms",
    ),
    Program(
      "a UDP server in blocking code, its client in suspend code",
      "udp-echo.loop.kts",
      "hello",
      "world",
      "the server has ended",
    ),
    Program(
      "a TLS server and its client, with a certificate of their own",
      "tls-echo.loop.kts",
      "hello",
      "TLSv1.3",
    ),
    Program(
      "what Kotlin says differently in a gevent program",
      "porting-gevent.loop.kts",
      "49",
      "49",
      "14",
      "now",
      "s",
      "no answer",
      "in",
      "ann",
      "/",
      "137",
      "killed after 50 ms",
      "nobody sets it",
    ),
    Program("the script of the README", "hello.loop.kts", "suspend and green"),
    Program(
      "three kinds of coroutine wait for each other",
      "three-kinds.loop.kts",
      "the sum of [1, 4, 9] is 14",
    ),
  )

/** What both forms of that program print. */
val fiveForms: List<String>
  get() {
    val forms = listOf("callback", "future", "generator", "coroutine", "green thread")
    return forms.map { "$it: 42" } + forms.map { "$it: failed, For input string: \"one\"" }
  }

/** What the watchdog says where the machine is so busy that loading classes holds the loop. */
private val STALL =
  Regex("""WARNING io\.greenloop: loop '.*' has been held .*\n(\tat .*\n)*""")

class ScriptExamplesTest :
  FunSpec({
    for (program in programs) {
      test(program.rule) {
        val run = Greenloop.run(*program.words.split(' ').toTypedArray())

        withClue(run.err) {
          run.lines.shouldContainExactly(*program.lines)
          run.exitCode shouldBe 0
        }
      }
    }

    test("greenlet programs of the porting page") {
      Greenloop.run("porting-greenlet.loop.kts").lines shouldBe
        listOf("12", "56", "34", "1", "3", "done", "ready", "caught stop", "true", "true")
    }

    test("eventlet programs of the porting page") {
      Greenloop.run("--virtual-time", "porting-eventlet.loop.kts").lines shouldBe
        listOf("14", "sent", "too late", "in time: false", "true", "[1, 4, 9, 16]")
    }

    test("a child that fails: alone in a supervisorScope or by itself; else with the script") {
      val kept = listOf("page a", "no answer from b", "page c", "[true, false]")

      val careful = Greenloop.run("failing-child.loop.kts")
      val careless = Greenloop.run("failing-child.loop.kts", "fail")

      careful.lines shouldBe kept
      careful.exitCode shouldBe 0
      careless.lines shouldBe kept + "the script fails all the same"
      careless.exitCode shouldBe 1
      root.resolve("docs/guide/first-steps.md").readText() shouldContain
        "```\n${careless.err.replace(STALL, "")}```\n"
    }

    test("a dead-lock ends the script and says who waits for whom, as the guide shows it") {
      val run = Greenloop.run("dead-lock.loop.kts")

      run.exitCode shouldBe 1
      val report = run.err.replace(STALL, "").replace(Regex("lock@\\w+"), "lock@…")
      root.resolve("docs/guide/first-steps.md").readText() shouldContain "```\n$report```\n"
    }

    test("PRG-2: an answer, a refused connection, an error status, an unknown host (script)") {
      Site().page("/", "<!doctype html>\n<title>A page that is there</title>").use { site ->
        val refused = refusedUrl()
        val urls =
          arrayOf("${site.url}/", refused, "${site.url}/no", "http://no.such.host.invalid/")

        val run = Greenloop.run("fetch-in-time.loop.kts", "60", *urls)

        val lines = run.lines.map { it.replace(Regex("took \\d+\\.\\d\\ds"), "took N.NNs") }
        withClue(run.err) {
          lines.shouldContainExactly(
            "${site.url}/ took N.NNs",
            "<!doctype html>",
            "<title>A page that is th",
            "Failed to connect to $refused",
            "${site.url}/no answered 404",
            "Failed to connect to http://no.such.host.invalid/",
          )
        }
      }
    }

    test("PRG-2: the time of the whole run is up (script)") {
      Site().silent("/").use { site ->
        Greenloop
          .run("fetch-in-time.loop.kts", "0.2", "${site.url}/")
          .lines
          .shouldContainExactly("The time was up after 200ms")
      }
    }

    test("PRG-5: Ctrl-C cancels the script and its tasks, cleanup runs, exit 130 (script)") {
      Greenloop.start("endless-counter.loop.kts").use { child ->
        child.awaitLine("counting 0")
        child.interrupt()

        child.finish() shouldBe 130
        child.lines.filterNot { it.startsWith("counting") }.toSet() shouldBe
          setOf("counter: cleaned up", "script: cleaned up")
      }
    }

    test("PRG-8: ten slow operations, in the time of the slowest (script)") {
      val random = Random(7)
      val seconds = List(10) { random.nextInt(1, 6) }

      Greenloop.run("--virtual-time", "slow-operations.loop.kts", "7").lines.shouldContainExactly(
        seconds.mapIndexed { i, s -> "$i: $s s" } + "all: ${seconds.max()} s",
      )
    }

    test(
      "PRG-12: a green thread that never yields is named with its line; Ctrl-C ends it (script)",
    ) {
      Greenloop.start("eventlet-hello.loop.kts", "endless").use { child ->
        child.awaitLine("hello")
        child.awaitError("eventlet-hello.loop.kts:")
        child.interrupt()

        child.finish() shouldBe 130
        child.lines.shouldContainExactly("hello")
        child.err shouldContain Regex("has been held for \\d+ ms by task '[^']+'")
        child.err shouldContain "at Eventlet_hello_loop.sayForEver(eventlet-hello.loop.kts:"
      }
    }

    test("PRG-17: pages at once, by address; missing parts, a failing page, a duplicate (script)") {
      val article =
        """
        <title>site</title><h1>On loops</h1><p class="author">Ann</p><time>2024-05-01</time>
        <article><p>One.</p><p>Two.</p></article><p>footer</p>
        """
      Site().page("/a", article).page("/bare", "<p>nothing here</p>").use { site ->
        val urls = listOf("/a", "/bare", "/gone", "/a").map { site.url + it }

        val run = Greenloop.run("page-scraper.loop.kts", *urls.toTypedArray())

        withClue(run.err) {
          run.lines.shouldContainExactly(
            "${urls[0]}: Article(title=On loops, paragraphs=[One., Two.], author=Ann, date=2024-05-01)",
            "${urls[1]}: Article(title=(none), paragraphs=[], author=(none), date=(none))",
            "${urls[2]}: java.io.IOException: status 404",
          )
        }
      }
    }
  })
