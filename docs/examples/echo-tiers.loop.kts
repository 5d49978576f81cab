// One echo server three times: called back, in tasks, in suspend code. They answer alike.
// Ctrl-C ends it.

import io.greenloop.net.ListenOptions
import io.greenloop.net.Protocol
import io.greenloop.net.Server
import io.greenloop.net.ServerOptions
import io.greenloop.net.Stream
import io.greenloop.net.Streams
import io.greenloop.net.Transport
import kotlinx.coroutines.awaitCancellation
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.ByteBuffer

val anyPort = InetSocketAddress(InetAddress.getLoopbackAddress(), 0)

/** Callbacks: nothing waits; the loop says what has come, and when to stop for a slow reader. */
class Echo : Protocol {
  private lateinit var transport: Transport

  override fun connectionMade(transport: Transport) {
    this.transport = transport
  }

  override fun dataReceived(data: ByteBuffer) = transport.write(data)

  override fun pauseWriting() = transport.pauseReading()

  override fun resumeWriting() = transport.resumeReading()
}

/** Tasks: plain blocking code, in a task for each connection. */
fun echo(stream: Stream) {
  var data = stream.reader().read(1024)
  while (data.isNotEmpty()) {
    stream.writer().write(data)
    data = stream.reader().read(1024)
  }
}

/** Suspend code: the same, with functions that suspend. */
suspend fun echoSuspending(stream: Stream) {
  var data = stream.reader().receive(1024)
  while (data.isNotEmpty()) {
    stream.writer().send(data)
    data = stream.reader().receive(1024)
  }
}

loop {
  val servers: Map<String, Server> =
    mapOf(
      "callbacks" to EventLoop.current().listen(ListenOptions.on(anyPort)) { Echo() },
      "tasks" to Aio.startServer({ echo(it) }, anyPort),
      "suspend code" to
        Streams.startServerWith({ spawn { echoSuspending(it) } }, ServerOptions.DEFAULT, anyPort),
    )
  for ((tier, server) in servers) {
    println("$tier on port ${(server.localAddresses().first() as InetSocketAddress).port}")
  }
  try {
    awaitCancellation()
  } finally {
    servers.values.forEach { it.stop(1.seconds) }
  }
}
