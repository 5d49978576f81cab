package io.greenloop.examples.scripts

import io.greenloop.examples.Child
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe

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
  })
