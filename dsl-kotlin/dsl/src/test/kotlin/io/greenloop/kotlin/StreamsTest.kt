package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.net.ConnectionResetException
import io.greenloop.net.Server
import io.greenloop.net.ServerOptions
import io.greenloop.net.Stream
import io.greenloop.net.StreamClosedException
import io.greenloop.net.Streams
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.flow.toList
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.ByteBuffer

private fun anyPort() = InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

private fun LoopScope.serve(handler: suspend LoopScope.(Stream) -> Unit): Server =
  Streams.startServerWith(
    { stream -> spawn("serve") { handler(stream) } },
    ServerOptions.DEFAULT,
    anyPort(),
  )

private fun connect(server: Server): Stream =
  Aio.openConnection(
    "127.0.0.1",
    (server.localAddresses().first() as InetSocketAddress).port,
  )

/** A client of [handler], which has ended when this returns. */
private fun talk(
  handler: suspend LoopScope.(Stream) -> Unit,
  body: suspend LoopScope.(Stream) -> Unit,
) {
  loop {
    val server = serve(handler)
    val client = green { connect(server) }.await()
    body(client)
    client.close()
    server.close()
    green { server.awaitClosed() }.await()
  }
}

class StreamsTest :
  FunSpec({
    test("STR-3, STR-4, STR-5, STR-6: suspend code reads by count, to a mark, by lines") {
      talk(
        { stream ->
          stream.writer().send("head:line one\r\nline two\nrest and more")
        },
      ) { client ->
        client.reader().receive(2).decodeToString() shouldBe "he"
        client.reader().receiveUntil(":".encodeToByteArray()).decodeToString() shouldBe "ad:"
        client.reader().receiveLine().decodeToString() shouldBe "line one\r\n"
        client.reader().receiveExactly(5).decodeToString() shouldBe "line "
        val target = ByteBuffer.allocate(4)
        client.reader().receive(target) shouldBe 4
        target.array().decodeToString() shouldBe "two\n"
        client.reader().receiveAll().decodeToString() shouldBe "rest and more"
        client.reader().receive(1).size shouldBe 0
        client.reader().receive(target.clear()) shouldBe -1
      }
    }

    test("STR-7: the lines as a flow") {
      talk({ it.writer().send("one\ntwo\r\n\nfour") }) { client ->
        client.reader().receivedLines().toList() shouldContainExactly
          listOf("one", "two", "", "four")
      }
    }

    test("STR-2: an echo server and its client, both suspend code") {
      talk(
        { stream ->
          stream.reader().receivedLines().collect { stream.writer().send("echo $it\n") }
        },
      ) { client ->
        repeat(100) { n ->
          client.writer().send("line $n\n")
          client.reader().receiveLine().decodeToString() shouldBe "echo line $n\n"
        }
      }
    }

    test("STR-12: a send suspends while too much is buffered") {
      val sent = ByteArray(8 shl 20) { it.toByte() }
      talk({ stream -> stream.writer().send(sent) }) { client ->
        repeat(10) { yieldNow() }
        client.reader().receiveExactly(sent.size).contentEquals(sent) shouldBe true
      }
    }

    test("STR-8: a cancelled read has taken nothing, and the next one gets all") {
      talk({ stream ->
        stream.reader().receive(1)
        stream.writer().send("abc")
        stream.reader().receive(1)
      }) { client ->
        val reading = spawn { client.reader().receiveExactly(3) }
        yieldNow()
        reading.cancel()
        shouldThrow<CancellationException> { reading.await() }
        client.writer().send("x")
        client.reader().receiveExactly(3).decodeToString() shouldBe "abc"
      }
    }

    test("STR-9: a second reader is refused") {
      talk({ stream -> stream.reader().receive(1) }) { client ->
        val first = spawn("first") { client.reader().receive(1) }
        yieldNow()
        val second = Aio.currentTask().get().name()
        shouldThrow<IllegalStateException> { client.reader().receiveLine() }.message shouldBe
          "readLine on $client: task 'first' already waits for its data, task '$second'" +
          " may not; let one task read and hand on what it gets"
        first.cancel()
      }
    }

    test("STR-11, AC-streams.3: what ends the stream is thrown in the waiting coroutine") {
      talk({ stream ->
        stream.writer().send("ab")
        stream.reader().receive(1)
        stream.abort()
      }) { client ->
        client.reader().receiveExactly(2).decodeToString() shouldBe "ab"
        client.writer().send("x")
        shouldThrow<ConnectionResetException> { client.reader().receiveExactly(3) }
      }
    }

    test("AC-streams.5: a close ends the wait of a coroutine") {
      talk({ stream -> stream.reader().receive(1) }) { client ->
        val reading = spawn { runCatching { client.reader().receive(1) } }
        yieldNow()
        client.close()
        (reading.await().exceptionOrNull() is StreamClosedException) shouldBe true
        client.untilClosed()
      }
    }
  })
