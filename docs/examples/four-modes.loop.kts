// One exchange over the network in four modes: the client sends "ping", the server says "pong" half
// a second later. What differs is how the client learns that the answer is there.

import io.greenloop.reactor.Completion
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.Socket
import java.nio.ByteBuffer
import java.nio.channels.SocketChannel

val server = ServerSocket(0, 50, InetAddress.getLoopbackAddress())
val address = InetSocketAddress(server.inetAddress, server.localPort)

/** Blocking code, a task for each client. */
val serving =
  green("server") {
    while (true) {
      val client = server.accept()
      green {
        client.use {
          it.getInputStream().readNBytes(4)
          sleep(500.milliseconds)
          it.getOutputStream().write("pong".toByteArray())
        }
      }
    }
  }

fun connect(): SocketChannel {
  val channel = SocketChannel.open(address)
  channel.write(ByteBuffer.wrap("ping".toByteArray()))
  channel.configureBlocking(false)
  return channel
}

fun text(buffer: ByteBuffer): String = Charsets.US_ASCII.decode(buffer.flip()).toString()

/** Synchronous, blocking: the call returns with the answer; the task waits, the loop goes on. */
fun blocking(): String =
  Socket(address.address, address.port).use {
    it.getOutputStream().write("ping".toByteArray())
    String(it.getInputStream().readNBytes(4))
  }

/** Synchronous, non-blocking: the call returns at once with what there is, and the caller asks again. */
fun nonBlocking(): String =
  connect().use { channel ->
    val buffer = ByteBuffer.allocate(4)
    if (channel.read(buffer) == 0) println("non-blocking: nothing yet")
    while (buffer.hasRemaining()) {
      sleep(10.milliseconds)
      channel.read(buffer)
    }
    text(buffer)
  }

/** Readiness (reactor): the loop says that a read would give something; the callback reads. */
fun readiness(): String =
  connect().use { channel ->
    val answer = Aio.newPromise<String>()
    val buffer = ByteBuffer.allocate(4)
    val reader =
      EventLoop.current().addReader(channel) {
        channel.read(buffer)
        if (!buffer.hasRemaining()) answer.complete(text(buffer))
      }
    answer.join().also { reader.remove() }
  }

/** Completion (proactor): the buffer is handed over; the callback finds the bytes in it. */
fun completion(): String =
  connect().use { channel ->
    val answer = Aio.newPromise<String>()
    val buffer = ByteBuffer.allocate(4)
    val onRead =
      object : Completion<Int> {
        override fun completed(result: Int) = answer.complete(text(buffer))

        override fun failed(cause: IOException) = answer.completeExceptionally(cause)
      }
    EventLoop.current().proactor().read(channel, buffer, onRead)
    answer.join()
  }

println("blocking: ${blocking()}")
println("non-blocking: ${nonBlocking()}")
println("readiness: ${readiness()}")
println("completion: ${completion()}")
serving.cancel()
