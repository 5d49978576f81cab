package io.greenloop.examples.scripts

import io.greenloop.examples.Child
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.net.ServerSocket
import kotlin.io.path.appendText
import kotlin.io.path.createTempFile
import kotlin.io.path.deleteIfExists
import kotlin.io.path.writeText

/** Servers, each asked by clients of another kind: the shell's. */
class ServerScriptsTest :
  FunSpec({
    fun Child.port() = awaitLineWith("listening on port ").substringAfterLast(' ')

    /** What bash gets from the server: [script] has the connection as descriptor 3. */
    fun shell(
      port: String,
      script: String,
    ): List<String> =
      Child("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$port; $script").use {
        it.finish() shouldBe 0
        it.lines
      }

    test("a store of lines") {
      Greenloop.start("key-value-server.loop.kts").use { server ->
        val port = server.port()
        shell(
          port,
          "printf 'SET a 1 2\\nGET a\\nKEYS\\nFORGET\\nQUIT\\n' >&3; cat <&3",
        ) shouldContainExactly
          listOf(
            "OK",
            "VALUE 1 2",
            "KEYS a",
            "ERROR say SET key value, GET key, DELETE key, KEYS or QUIT",
          )
        shell(
          port,
          "printf 'DELETE a\\nGET a\\nDELETE a\\nQUIT\\n' >&3; cat <&3",
        ) shouldContainExactly
          listOf("OK", "NONE", "NONE")
      }
    }

    test("a room in which everybody hears everybody") {
      Greenloop.start("chat-server.loop.kts").use { server ->
        val port = server.port()
        val talk =
          listOf(
            "say() { echo \"${'$'}2\" >&${'$'}1; }",
            "hear() { read -r line <&${'$'}1; echo \"${'$'}line\"; }",
            "say 3 ann; hear 3",
            "exec 4<>/dev/tcp/127.0.0.1/$port",
            "say 4 bob; hear 4; hear 3",
            "say 3 'hi bob'; hear 3; hear 4",
            "say 4 bye; hear 4; hear 3",
            "exec 4>&-; hear 3",
          )
        shell(port, talk.joinToString("; ")) shouldContainExactly
          listOf(
            "* ann is here, with []",
            "* bob is here, with [ann]",
            "* bob is here, with [ann]",
            "ann: hi bob",
            "ann: hi bob",
            "bob: bye",
            "bob: bye",
            "* bob has left",
          )
      }
    }

    test("one echo server in three tiers answers alike") {
      Greenloop.start("echo-tiers.loop.kts").use { server ->
        for (tier in listOf("callbacks", "tasks", "suspend code")) {
          val port = server.awaitLineWith("$tier on port ").substringAfterLast(' ')
          shell(port, "for i in 1 2; do echo $tier >&3; head -n 1 <&3; done") shouldContainExactly
            listOf(tier, tier)
        }
        server.interrupt()
        server.finish() shouldBe 130
      }
    }

    test("a port forwarder, half-closed as it comes; a target that is not there") {
      Greenloop.start("key-value-server.loop.kts").use { store ->
        Greenloop.start("port-forwarder.loop.kts", "127.0.0.1", store.port()).use { forwarder ->
          val port = forwarder.port()
          shell(port, "printf 'SET b 3\\nGET b\\nQUIT\\n' >&3; cat <&3") shouldContainExactly
            listOf("OK", "VALUE 3")
          forwarder.awaitLineWith("bytes back") shouldBe "19 bytes there, 11 bytes back"
          store.close()
          Child("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$port; cat <&3").use { it.finish() }
          forwarder.awaitLineWith("given up: ") // refused, or reset while the store ends
        }
      }
    }

    test("a load generator, at a server of lines and at one that hangs up") {
      Greenloop.start("echo-server.loop.kts", "0").use { server ->
        val load = Greenloop.run("load-generator.loop.kts", "localhost", server.port(), "4", "5")
        load.exitCode shouldBe 0
        load.lines.first() shouldBe "4 clients, 20 answers"
        load.lines.drop(1).map { it.substringBefore(" within ") } shouldContainExactly
          listOf("50 %", "90 %", "99 %")
      }
      ServerSocket(0).use { rude ->
        Thread.ofVirtual().start { rude.accept().use { it.getInputStream().read() } }
        val port = "${rude.localPort}"
        Greenloop.run("load-generator.loop.kts", "localhost", port, "1", "1").exitCode shouldBe 1
      }
      val usage = Greenloop.run("load-generator.loop.kts", "localhost")
      usage.exitCode shouldBe 2
      usage.err.trim() shouldBe "usage: load-generator.loop.kts HOST PORT [CLIENTS [LINES]]"
    }

    test("a port scanner tells the open port from the closed one") {
      val patience = "60000" // milliseconds: a busy machine may take its time
      Greenloop.start("echo-server.loop.kts", "0").use { server ->
        val port = server.port()
        Greenloop
          .run("port-scanner.loop.kts", "localhost", port, port, patience)
          .lines shouldContainExactly listOf("$port is open", "1 of 1 ports are open")
      }
      val closed = ServerSocket(0).use { "${it.localPort}" }
      Greenloop.run("port-scanner.loop.kts", "127.0.0.1", closed).lines shouldContainExactly
        listOf("0 of 1 ports are open")
      val usage = Greenloop.run("port-scanner.loop.kts", "127.0.0.1")
      usage.exitCode shouldBe 2
      usage.err.trim() shouldBe "usage: port-scanner.loop.kts HOST FIRST [LAST [MILLISECONDS]]"
    }

    test("an alert when a word comes too often in a log") {
      val log = createTempFile("log", ".txt")
      try {
        log.writeText("ERROR one\nfine\nERROR two\n")
        Greenloop.start("log-alert.loop.kts", "$log", "ERROR", "3").use { alert ->
          log.appendText("fine again\nERROR three\n")
          alert.awaitLineWith("alert: ") shouldBe "alert: ERROR came 3 times within a minute"
          alert.interrupt()
          alert.finish() shouldBe 130
          alert.lines.size shouldBe 1
        }
      } finally {
        log.deleteIfExists()
      }
    }
  })
