package io.greenloop.kotlin

import io.greenloop.net.Server
import io.greenloop.net.ServerOptions
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

private val anyPort = InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

private val Server.port: Int get() = (localAddresses().first() as InetSocketAddress).port

class ConnectionsTest :
  FunSpec({
    test("STR-2: a server and a client, both suspend code, and the end of both") {
      virtually {
        val server =
          startServer(anyPort) { stream ->
            stream.reader().receivedLines().collect { stream.writer().send("echo $it\n") }
          }
        val answer =
          openStream("127.0.0.1", server.port).use { stream ->
            stream.writer().send("hello\n")
            stream.reader().receiveLine().decodeToString()
          }
        server.stop(1.hours)
        "$answer${server.connections()} ${server.isServing}"
      } shouldBe "echo hello\n0 false"
    }

    test("a handler that fails is reported, and neither the scope nor the others end") {
      virtually { t ->
        val server =
          startServer(anyPort, options = ServerOptions.DEFAULT.withBacklog(10)) { stream ->
            val line = stream.reader().receiveLine().decodeToString()
            if (line == "fail\n") throw IOException("asked to")
            stream.writer().send(line)
          }
        openStream("127.0.0.1", server.port).use { good ->
          openStream("127.0.0.1", server.port).use { bad ->
            bad.writer().send("fail\n")
            bad.reader().receive(1) shouldHaveSize 0
          }
          good.writer().send("go on\n")
          good.reader().receiveLine().decodeToString() shouldBe "go on\n"
        }
        server.stop(1.hours)
        t.errors().single().message() shouldContain "the handler of tcp "
      }
    }

    test("stop cancels the handlers that take longer than the grace, also in a cancelled task") {
      val trail =
        trailOf { t ->
          val server =
            startServer(anyPort) { stream ->
              try {
                stream.reader().receive(1)
              } finally {
                t.note("handler ends")
              }
            }
          val client = openStream("127.0.0.1", server.port)
          val serving =
            spawn {
              try {
                awaitCancellation()
              } finally {
                server.stop(10.milliseconds)
                t.note("stopped")
              }
            }
          do {
            yieldNow() // also for the first step of what is cancelled
          } while (server.connections() == 0)
          serving.cancel()
          shouldThrow<CancellationException> { serving.await() }
          client.close()
        }
      trail.map { it.substringBefore('@') } shouldBe listOf("handler ends", "stopped")
    }

    test("a connection that nobody answers fails, one that is cancelled leaves nothing behind") {
      virtually {
        val server = startServer(anyPort) { it.reader().receiveAll() }
        val port = server.port
        val connecting = spawn { openStream("127.0.0.1", port) }
        yieldNow()
        connecting.cancel()
        shouldThrow<CancellationException> { connecting.await() }
        server.stop(1.hours)
        shouldThrow<IOException> { openStream("127.0.0.1", port) }
        server.connections()
      } shouldBe 0
    }

    test("a scope without a loop refuses to serve") {
      shouldThrow<IllegalStateException> {
        CoroutineScope(Dispatchers.Default).startServer(anyPort) {}
      }.message shouldContain "startServer: this scope does not belong to a loop"
    }
  })
