// A UDP server that sends back what it gets: blocking code. Its client: suspend code.

import io.greenloop.net.UdpSocket
import kotlinx.coroutines.flow.take
import java.net.InetSocketAddress
import java.nio.ByteBuffer

val server = UdpSocket.bind(InetSocketAddress("127.0.0.1", 0)) // 0: any port that is free
val port = (server.localAddress() as InetSocketAddress).port

val serving =
  green {
    for (datagram in server) { // until the socket is closed
      server.send(datagram.data(), datagram.sender())
    }
    "the server has ended"
  }

loop {
  UdpSocket.connect("127.0.0.1", port).use { client ->
    for (word in listOf("hello", "world")) {
      client.sendDatagram(ByteBuffer.wrap(word.encodeToByteArray()))
    }
    timeout(5.seconds) {
      client.datagrams().take(2).collect { println(it.text()) }
    }
  }
}

server.close() // ends the loop over it
println(serving.join())
