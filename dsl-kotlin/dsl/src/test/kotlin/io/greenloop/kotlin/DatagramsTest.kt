package io.greenloop.kotlin

import io.greenloop.net.StreamClosedException
import io.greenloop.net.UdpSocket
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.ByteBuffer

private fun anyPort() = InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

private fun bytes(text: String) = ByteBuffer.wrap(text.encodeToByteArray())

class DatagramsTest :
  FunSpec({
    test("TR-13: suspend code receives and sends datagrams") {
      loop {
        UdpSocket.bind(anyPort()).use { left ->
          UdpSocket.bind(anyPort()).use { right ->
            val receiving = spawn { left.receiveDatagram() }
            yieldNow()
            right.sendDatagram(bytes("hello"), left.localAddress())
            val hello = receiving.await()
            hello.text() shouldBe "hello"

            left.sendDatagram(bytes("you"), hello.sender())
            right.receiveDatagram().text() shouldBe "you"
          }
        }
      }
    }

    test("what comes is a flow that ends with the socket") {
      loop {
        val left = UdpSocket.bind(anyPort())
        val right = UdpSocket.bind(anyPort())
        for (text in listOf("a", "b", "c")) right.sendDatagram(bytes(text), left.localAddress())
        left
          .datagrams()
          .take(2)
          .map { it.text() }
          .toList() shouldContainExactly listOf("a", "b")

        val rest = spawn { left.datagrams().map { it.text() }.toList() }
        repeat(300) { yieldNow() }
        left.close()
        rest.await() shouldContainExactly listOf("c")
        shouldThrow<StreamClosedException> { left.receiveDatagram() }
        right.close()
      }
    }

    test("a cancelled receive loses no datagram") {
      loop {
        UdpSocket.bind(anyPort()).use { left ->
          UdpSocket.bind(anyPort()).use { right ->
            for (turns in 0..30) {
              val receiving = spawn { left.receiveDatagram() }
              yieldNow()
              right.sendDatagram(bytes("round $turns"), left.localAddress())
              repeat(turns) { yieldNow() }
              receiving.cancel()
              val datagram =
                try {
                  receiving.await()
                } catch (_: CancellationException) {
                  left.receiveDatagram()
                }
              datagram.text() shouldBe "round $turns"
            }
          }
        }
      }
    }
  })
