package io.greenloop.kotlin

import io.greenloop.net.Server
import io.greenloop.net.ServerOptions
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.plus
import java.io.IOException
import java.net.BindException
import java.net.InetAddress
import java.net.InetSocketAddress
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.milliseconds

private val anyPort = InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

class ConnectionsTest :
  FunSpec({
    test("STR-2: a server and a client, both suspend code, and the end of both") {
      virtually {
        val server =
          server(anyPort) { stream ->
            stream.reader().receivedLines().collect { stream.writer().send("echo $it\n") }
          }
        val answer =
          connect("127.0.0.1", server.port).use { stream ->
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
          server(anyPort, options = ServerOptions.DEFAULT.withBacklog(10)) { stream ->
            val line = stream.reader().receiveLine().decodeToString()
            if (line == "fail\n") throw IOException("asked to")
            stream.writer().send(line)
          }
        connect("127.0.0.1", server.port).use { good ->
          connect("127.0.0.1", server.port).use { bad ->
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
            server(anyPort) { stream ->
              try {
                stream.reader().receive(1)
              } finally {
                t.note("handler ends")
              }
            }
          val client = connect("127.0.0.1", server.port)
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
        val server = server(anyPort) { it.reader().receiveAll() }
        val port = server.port
        val connecting = spawn { connect("127.0.0.1", port) }
        yieldNow()
        connecting.cancel()
        shouldThrow<CancellationException> { connecting.await() }
        server.stop(1.hours)
        shouldThrow<IOException> { connect("127.0.0.1", port) }
        server.connections()
      } shouldBe 0
    }

    test("a scope lasts as long as the server in it") {
      trailOf { t ->
        val after =
          spawn {
            taskGroup {
              val server =
                server(
                  0,
                  "127.0.0.1",
                ) { connection -> connection.lines().collect { connection.send("$it!\n") } }
              spawn {
                connect("127.0.0.1", server.port).use {
                  it.send("hi\nho\n")
                  it.writer().shutdownOutput()
                  it.lines().collect(t::note)
                }
                server.close()
              }
            }
            t.note("over")
          }
        after.await()
      } shouldBe listOf("hi!@0", "ho!@0", "over@0")
    }

    test("a scope that is cancelled gives the handlers a second, and leaves nothing behind") {
      trailOf { t ->
        lateinit var server: Server
        val scope =
          spawn {
            server =
              server(0, "127.0.0.1") { connection ->
                try {
                  connection.lines().collect(t::note)
                } finally {
                  t.note("handler ends")
                }
              }
          }
        yieldNow()
        connect("127.0.0.1", server.port).use { client ->
          client.send("here\n")
          while (t.trail().isEmpty()) yieldNow()
          scope.cancel()
          shouldThrow<CancellationException> { scope.await() }
        }
        t.note("${server.connections()} ${server.isServing}")
      } shouldBe listOf("here@0", "handler ends@1000", "0 false@1000")
    }

    test("a handler has the context elements of the scope that serves") {
      virtually {
        val named = this + CoroutineName("of the server")
        val server = named.server(0, "127.0.0.1") { it.send("${coroutineContext[CoroutineName]}") }
        val said = connect("127.0.0.1", server.port).use { it.lines().toList() }
        server.stop(1.hours)
        said
      } shouldBe listOf("CoroutineName(of the server)")
    }

    test("a port that is taken is refused, and the scope goes on") {
      virtually {
        val server = server(0, "127.0.0.1") {}
        shouldThrow<BindException> { server(server.port, "127.0.0.1") {} }
        server.close()
      }
    }

    test("a scope without a loop refuses to serve") {
      shouldThrow<IllegalStateException> {
        CoroutineScope(Dispatchers.Default).server(anyPort) {}
      }.message shouldContain "server: this scope does not belong to a loop"
    }
  })
