package io.greenloop.kotlin

import io.greenloop.CancelledError
import io.greenloop.EventLoop
import io.greenloop.TaskOptions
import io.greenloop.net.ConnectOptions
import io.greenloop.net.Server
import io.greenloop.net.ServerOptions
import io.greenloop.net.Stream
import io.greenloop.net.StreamReader
import io.greenloop.net.Streams
import io.greenloop.net.TlsOptions
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.withContext
import java.net.InetSocketAddress
import java.net.SocketAddress
import java.util.concurrent.Callable
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toJavaDuration

/** What a server's handlers may take to their end when its scope is cancelled. */
private val GRACE = 1.seconds

/**
 * Connects to [host]; suspends until one of its addresses has answered. The suspend twin of
 * `Aio.openConnection`. A cancel gives up, and leaves no connection behind.
 *
 * **Room:** a coroutine on a loop.
 *
 * @param limit how many bytes the reader buffers while it looks for a separator
 * @throws java.io.IOException if none of its addresses answers
 */
public suspend fun connect(
  host: String,
  port: Int,
  limit: Int = StreamReader.DEFAULT_LIMIT,
): Stream = opened("connect to $host:$port") { Streams.openConnection(host, port, limit) }

/** [connect] with TLS: suspends until both sides have agreed. */
public suspend fun connect(
  host: String,
  port: Int,
  tls: TlsOptions,
): Stream = opened("connect to $host:$port") { Streams.openConnection(host, port, tls) }

/** [connect] with options of the connection, and TLS where [tls] is not null. */
public suspend fun connect(
  options: ConnectOptions,
  tls: TlsOptions? = null,
): Stream =
  opened("connect") {
    if (tls == null) Streams.openConnection(options) else Streams.openConnection(options, tls)
  }

/**
 * Listens on [port] of all addresses of this machine, or of [host], and serves each connection by
 * [handler] in a suspend task of its own, with the context elements of this scope; the connection is
 * closed when that ends. Does not suspend.
 *
 * The server is a child of this scope, which ends no sooner than the server: [stop] or `close()` ends
 * it. When the scope is cancelled it stops listening, and its handlers have a second to come to their
 * end before they are cancelled as well. A handler that fails is reported, and the others go on.
 *
 * Python's `asyncio.start_server`, whose server nobody waits for; so is that of `Aio.startServer`.
 *
 * @param port 0 takes any free one; see [Server.port]
 * @throws java.net.BindException if the port is taken
 * @throws IllegalStateException if this scope does not belong to a loop
 */
public fun CoroutineScope.server(
  port: Int,
  host: String? = null,
  options: ServerOptions = ServerOptions.DEFAULT,
  handler: suspend LoopScope.(Stream) -> Unit,
): Server {
  val address = if (host == null) InetSocketAddress(port) else InetSocketAddress(host, port)
  return server(address, options = options, handler = handler)
}

/**
 * [server] on [addresses], at least one, also those of Unix sockets.
 *
 * @throws java.net.BindException if a port is taken; nothing is left listening then
 */
public fun CoroutineScope.server(
  vararg addresses: SocketAddress,
  options: ServerOptions = ServerOptions.DEFAULT,
  handler: suspend LoopScope.(Stream) -> Unit,
): Server {
  val dispatcher = loopDispatcher("server")
  val connections = CoroutineScope(extrasOf(coroutineContext) + dispatcher + SupervisorJob())
  val server =
    Streams.startServerWith(
      { stream -> connections.spawn("serve ${stream.remoteAddress()}") { handler(stream) } },
      options,
      *addresses,
    )
  green("$server") {
    try {
      server.awaitClosed()
    } catch (cancelled: CancelledError) {
      server.shutdown(GRACE.toJavaDuration())
      throw cancelled
    }
  }
  return server
}

/** The port that it listens on, of its first address. */
public val Server.port: Int get() = (localAddresses().first() as InetSocketAddress).port

/**
 * The whole end of a server: stops accepting, gives the handlers [grace] to finish, cancels those
 * that have not. The suspend twin of `shutdown`; for a `finally`, it runs to its end in a cancelled
 * coroutine, too.
 */
public suspend fun Server.stop(grace: Duration) {
  val server = this
  withContext(NonCancellable) {
    EventLoop
      .current()
      .spawn(
        TaskOptions.named("stop $server"),
        Callable<Unit> { server.shutdown(grace.toJavaDuration()) },
      ).await()
  }
}
