package io.greenloop.examples

import io.greenloop.Aio
import io.greenloop.ThrowingRunnable
import io.greenloop.net.UdpSocket
import io.greenloop.process.AsyncProcess
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.time.Duration

private fun anyPort() = InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

/** What bash says to the UDP [port], and is told. */
private fun talk(port: Int) =
  ProcessBuilder(
    "bash",
    "-c",
    "exec 3<>/dev/udp/127.0.0.1/$port; for i in 1 2 3; do echo line \$i >&3; head -n 1 <&3; done",
  )

class SocketExamplesTest :
  FunSpec({
    test("the UDP echo answers bash") {
      Aio.run(
        ThrowingRunnable {
          val socket = UdpSocket.bind(anyPort())
          val serving = Aio.spawn(ThrowingRunnable { UdpEcho.serve(socket) })
          val port = (socket.localAddress() as InetSocketAddress).port

          AsyncProcess.run(talk(port), null).text() shouldBe "line 1\nline 2\nline 3\n"

          socket.close()
          serving.join()
        },
      )
    }

    test("ports are asked at the same time, and each has its line") {
      Aio.run(
        ThrowingRunnable {
          val open = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
          val closed = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
          closed.close()
          val ports = listOf(open.localPort, closed.localPort)

          PortPing.ping("127.0.0.1", ports + ports, Duration.ofMinutes(1), 2).shouldContainExactly(
            "${open.localPort}: open",
            "${closed.localPort}: closed",
            "${open.localPort}: open",
            "${closed.localPort}: closed",
          )
          PortPing.ping("127.0.0.1", listOf(open.localPort), Duration.ZERO, 1) shouldContainExactly
            listOf("${open.localPort}: no answer")
          open.close()
        },
      )
    }
  })
