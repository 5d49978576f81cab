package io.greenloop.kotlin

import io.greenloop.net.Datagram
import io.greenloop.net.StreamClosedException
import io.greenloop.net.UdpSocket
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import java.net.SocketAddress
import java.nio.ByteBuffer

// The suspend twins of the members that park. A cancelled receive loses no datagram.

/** Suspends until a datagram has come and takes it. The suspend twin of `receive`. */
public suspend fun UdpSocket.receiveDatagram(): Datagram =
  waitServed("UdpSocket.receiveDatagram") { receive(it) }

/** What comes, until the socket is closed. */
public fun UdpSocket.datagrams(): Flow<Datagram> =
  flow {
    while (true) {
      val next =
        try {
          receiveDatagram()
        } catch (_: StreamClosedException) {
          break
        }
      emit(next)
    }
  }

/**
 * Sends [data] as one datagram, to [target] or to the remote address; suspends while too many wait
 * to be sent. The suspend twin of `send`.
 */
public suspend fun UdpSocket.sendDatagram(
  data: ByteBuffer,
  target: SocketAddress? = null,
) {
  if (!trySend(data, target)) waitServed<Void?>("UdpSocket.sendDatagram") { drain(it) }
}
