package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.TaskOptions
import io.greenloop.net.Server
import io.greenloop.net.ServerOptions
import io.greenloop.net.Stream
import io.greenloop.net.StreamReader
import io.greenloop.net.Streams
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.withContext
import java.net.SocketAddress
import java.util.concurrent.Callable
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/**
 * Connects to [host]; suspends until one of its addresses has answered. The suspend twin of
 * `Aio.openConnection`. A cancel gives up, and leaves no connection behind.
 *
 * **Room:** a coroutine on a loop.
 *
 * @param limit how many bytes the reader buffers while it looks for a separator
 * @throws java.io.IOException if none of its addresses answers
 */
public suspend fun openStream(
  host: String,
  port: Int,
  limit: Int = StreamReader.DEFAULT_LIMIT,
): Stream = opened("connect to $host:$port") { Streams.openConnection(host, port, limit) }

/**
 * Listens on [addresses] and serves each connection by [handler] in a suspend task of its own; the
 * connection is closed when that ends. `Aio.startServer` for suspend code; does not suspend.
 *
 * The server is no child of this scope, and nothing waits for it: [stop] ends it, or the end of the
 * loop. A handler that fails is reported, and the others go on.
 *
 * @param addresses at least one; port 0 takes any free one
 * @throws java.net.BindException if a port is taken; nothing is left listening then
 * @throws IllegalStateException if this scope does not belong to a loop
 */
public fun CoroutineScope.startServer(
  vararg addresses: SocketAddress,
  options: ServerOptions = ServerOptions.DEFAULT,
  handler: suspend LoopScope.(Stream) -> Unit,
): Server {
  val connections = CoroutineScope(loopDispatcher("startServer") + SupervisorJob())
  return Streams.startServerWith(
    { stream -> connections.spawn("serve ${stream.remoteAddress()}") { handler(stream) } },
    options,
    *addresses,
  )
}

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
