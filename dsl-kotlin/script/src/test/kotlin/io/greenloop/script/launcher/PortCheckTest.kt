package io.greenloop.script.launcher

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.nio.file.Path
import kotlin.io.path.readText

class PortCheckTest :
  FunSpec({
    val greenloop = Greenloop("port-check")

    fun check(
      vararg words: String,
      program: String,
    ): Finished {
      greenloop.file("service.py", program)
      return greenloop.run("port-check", *words, "service.py")
    }

    /** Each use as `line name status rows`. */
    fun uses(program: String): List<String> {
      val run = check("--json", program = program)
      run.err shouldBe ""
      run.exitCode shouldBe 0

      fun field(
        line: String,
        name: String,
      ) = Regex("\"$name\": \\[?\"?([^\",\\]}]*)").find(line)!!.groupValues[1]
      return run.out.lines().filter { it.isNotEmpty() }.map { line ->
        listOf("line", "name", "status", "rows").joinToString(" ") { field(line, it) }.trim()
      }
    }

    test("a name is followed through imports, assignments, self, annotations, with and await") {
      uses(
        """
        import asyncio as aio
        from asyncio import Queue as Mailbox
        from greenlet import greenlet

        class Worker:
            def __init__(self):
                self.mailbox = Mailbox(3)
            async def run(self, done: aio.Event):
                await self.mailbox.put(1)
                done.set()
                reader, writer = await aio.open_connection("localhost", 1)
                await reader.readline()
                async with aio.timeout(3) as limit:
                    limit.reschedule(4)

        g = greenlet(print)
        g.switch(1)
        """,
      ) shouldContainExactly
        listOf(
          "7 asyncio.Queue known Q-1",
          "8 asyncio.Event known SYNC-5",
          "9 asyncio.Queue.put known Q-2",
          "10 asyncio.Event.set known",
          "11 asyncio.open_connection known STR-1",
          "12 asyncio.StreamReader.readline known STR-6",
          "13 asyncio.timeout known TASK-28",
          "14 asyncio.Timeout.reschedule known TASK-29",
          "16 greenlet.greenlet known GL-1.1.1",
          "17 greenlet.greenlet.switch known GL-1.3.1",
        )
    }

    test("members of gevent's classes are found in the rows of their class") {
      uses(
        """
        import gevent
        from gevent.event import Event
        from gevent.pool import Pool
        from gevent.queue import Queue

        jobs = Queue()
        ready = Event()
        pool = Pool(3)
        jobs.put(1)
        jobs.get()
        jobs.empty()
        ready.set()
        ready.is_set()
        pool.spawn(print)
        pool.imap_unordered(print, [])
        pool.join()
        worker = gevent.spawn(print)
        worker.join()
        """,
      ).filter { " known" !in it } shouldBe emptyList()
      val run = check(program = "from gevent.queue import LifoQueue\nLifoQueue().put_nowait(1)\n")
      run.out shouldContain "gevent.queue.LifoQueue  ->  LifoQueue\n"
      run.out shouldContain "->  offer or putNow\n"
    }

    test(
      "what an attribute holds, what a class inherits, and the row of a whole module are found",
    ) {
      uses(
        """
        from gevent import get_hub, pywsgi
        from gevent.backdoor import BackdoorServer
        from gevent.subprocess import Popen

        get_hub().threadpool.apply(print)
        BackdoorServer(1).serve_forever()
        Popen(["ls"]).stdout.read()
        pywsgi.WSGIHandler
        """,
      ).map { it.substringBefore(" GE-") } shouldContainExactly
        listOf(
          "5 gevent.ThreadPool.apply known",
          "5 gevent.get_hub known",
          "6 gevent.BackdoorServer.serve_forever known",
          "6 gevent.backdoor.BackdoorServer known",
          "7 gevent.FileObject.read known",
          "7 gevent.subprocess.Popen known",
          "8 gevent.pywsgi.WSGIHandler known",
        )
    }

    test("what a class has of its own is not the library's") {
      uses(
        """
        from gevent.server import StreamServer

        class Forwarder(StreamServer):
            def __init__(self, listener, target):
                super().__init__(listener)
                self.target = target
            def handle(self, socket, address):
                self.greet(self.target)
            def greet(self, target):
                self.stop()
        """,
      ).map { it.substringBefore(" GE-") } shouldContainExactly
        listOf("3 gevent.server.StreamServer known", "10 gevent.server.StreamServer.stop known")
    }

    test("every name of the gevent service that the guide ports has a counterpart") {
      val service = Path.of("../../docs/examples/job-server.py").readText()

      uses(service).size shouldBeGreaterThan 50
      uses(service).filter { " known" !in it } shouldBe emptyList()
    }

    test("what only has the same name is none of a library's") {
      uses(
        """
        import asyncio
        queue = asyncio.Queue()
        def work(queue, run):
            queue.put(1)
            asyncio = run()
            asyncio.sleep(1)
        """,
      ) shouldContainExactly listOf("2 asyncio.Queue known Q-1")
    }

    test("for people: the counterpart, the places, the rule; then what has none, and a sum") {
      val run =
        check(
          program =
            """
            import asyncio
            async def main(reader: asyncio.StreamReader):
                await asyncio.sleep(1)
                await asyncio.sleep(2)
                reader.feed_eof()
                asyncio.no_such_name()
            """,
        )
      run.exitCode shouldBe 0
      run.out shouldContain
        "asyncio.sleep  ->  sleep(Duration.ofSeconds(1))\n" +
        "      service.py:3, service.py:4  TASK-19\n"
      run.out shouldContain "Has none yet:\n  asyncio.StreamReader.feed_eof  (service.py:5)"
      run.out shouldContain "look at its page:\n  asyncio.no_such_name  (service.py:6)"
      run.out shouldContain "5 uses of 4 names: 2 with a counterpart, 1 without, 1 unknown."
    }

    test("a file that does not parse, or is not there, is an error that says where") {
      val broken = check(program = "def f(:\n")
      broken.exitCode shouldBe 2
      broken.err shouldContain Regex("service.py:1:7: error: invalid syntax")

      val missing = greenloop.run("port-check", "none.py")
      missing.exitCode shouldBe 2
      missing.err shouldBe "none.py: error: No such file or directory\n"
      greenloop.run("port-check").err shouldContain "FILE is missing; write: greenloop port-check"
    }
  })
