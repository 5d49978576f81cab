package io.greenloop.examples

import io.greenloop.RunOptions
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import java.net.ServerSocket
import java.net.Socket
import java.time.Duration

/** The Java programs that talk to a web server, and those that Ctrl-C ends. */
class JavaNetworkExamplesTest :
  FunSpec({
    test("PRG-2: an answer, a refused connection, an error status, an unknown host") {
      Site().page("/", "<!doctype html>\n<title>A page that is there</title>").use { site ->
        val refused = refusedUrl()
        val urls = listOf("${site.url}/", refused, "${site.url}/no", "http://no.such.host.invalid/")

        val lines = linesOf { FetchInTime.run(RunOptions.DEFAULT, Duration.ofMinutes(1), urls) }

        lines.map { it.replace(Regex("took \\d+\\.\\d\\ds"), "took N.NNs") }.shouldContainExactly(
          "${site.url}/ took N.NNs",
          "<!doctype html>",
          "<title>A page that is th",
          "Failed to connect to $refused",
          "${site.url}/no answered 404",
          "Failed to connect to http://no.such.host.invalid/",
        )
      }
    }

    test("a server sends back the lines of its clients, and ends with them") {
      linesOf { EchoServer.run() }.shouldContainExactly("hello", "world", "connections left: 0")
    }

    test("the same server, and its client, in callbacks") {
      linesOf { CallbackEchoServer.run() }
        .shouldContainExactly("hello", "world", "connections left: 0")
    }

    test("a server limits the length of a line and the silence of its clients") {
      linesOf { LimitedEchoServer.run() }.shouldContainExactly(
        "hello",
        "a line has at most 1024 bytes",
        "nothing to say?",
      )
    }

    test("a server with a port serves until Ctrl-C, also while a client says nothing") {
      val port = ServerSocket(0).use { it.localPort }
      Child.java(EchoServer::class.java, "$port").use { child ->
        child.awaitLine("listening on port $port")
        Socket("localhost", port).use { client ->
          client.getOutputStream().write("hello\n\nlast".encodeToByteArray())
          client.shutdownOutput()
          client.getInputStream().readAllBytes().decodeToString() shouldBe "hello\n\nlast"
        }
        Socket("localhost", port).use {
          child.interrupt()

          child.finish() shouldBe 130
        }
        child.lines.shouldContainExactly("listening on port $port", "stopped")
      }
    }

    test("PRG-2: the time of the whole run is up") {
      Site().silent("/").use { site ->
        linesOf {
          FetchInTime.run(RunOptions.DEFAULT, Duration.ofMillis(200), listOf("${site.url}/"))
        }.shouldContainExactly("The time was up after 200 ms")
      }
    }

    test("PRG-5: Ctrl-C leaves runForever, and its caller cancels and closes") {
      Child.java(EndlessCounter::class.java, "3600").use { child ->
        child.awaitLine("counting 0")
        child.interrupt()

        child.finish() shouldBe 0
        child.lines.filterNot { it.startsWith("counting") }.shouldContainExactly(
          "interrupted",
          "counter: cleaned up",
          "counter: CANCELLED",
          "closed",
        )
      }
    }

    test("PRG-12: a green thread that never yields is named with its line; Ctrl-C ends it") {
      Child.java(EventletHello::class.java, "endless").use { child ->
        child.awaitLine("hello")
        child.awaitError("EventletHello.sayForEver(EventletHello.java:")
        child.interrupt()

        child.finish() shouldBe 130
        child.err shouldContain Regex("has been held for \\d+ ms by task '[^']+'")
      }
    }

    test("without the flags a program runs all the same, and one line says which are missing") {
      for ((flags, missing) in mapOf(
        listOf<String>() to
          "--add-exports java.base/jdk.internal.vm=ALL-UNNAMED " +
          "--add-opens java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED " +
          "-Djdk.trackAllThreads=false -Djdk.pollerMode=1",
        listOf(
          "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED",
          "-Djdk.pollerMode=3",
        ) to
          "--add-opens java.base/java.lang=ALL-UNNAMED -Djdk.trackAllThreads=false",
        listOf("-Dgreenloop.mode=portable") to null,
      )) {
        Child.javaWith(flags, HelloWorld::class.java).use { child ->
          child.finish() shouldBe 0
          child.lines.shouldContainExactly("hello world")
          child.err.trimEnd() shouldBe
            missing
              ?.let {
                "WARNING io.greenloop: portable mode; for full mode start the JVM with: $it"
              }.orEmpty()
        }
      }
    }

    test("PRG-17: pages at once, by address; missing parts, a failing page, a duplicate") {
      val article =
        """
        <title>site</title><h1>On loops</h1><p class="author">Ann</p><time>2024-05-01</time>
        <article><p>One.</p><p>Two.</p></article><p>footer</p>
        """
      Site().page("/a", article).page("/bare", "<p>nothing here</p>").use { site ->
        val urls = listOf("/a", "/bare", "/gone", "/a").map { site.url + it }

        linesOf { PageScraper.run(RunOptions.DEFAULT, urls) }.shouldContainExactly(
          "${urls[0]}: Article[title=On loops, paragraphs=[One., Two.], author=Ann, date=2024-05-01]",
          "${urls[1]}: Article[title=(none), paragraphs=[], author=(none), date=(none)]",
          "${urls[2]}: java.io.IOException: status 404",
        )
      }
    }
  })
