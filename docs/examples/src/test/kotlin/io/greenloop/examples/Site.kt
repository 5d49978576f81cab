package io.greenloop.examples

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors

/** A web site on loopback for one test; a path that was not given is answered with 404. */
class Site : AutoCloseable {
  private val threads = Executors.newVirtualThreadPerTaskExecutor()
  private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)

  private val pages = ConcurrentHashMap<String, (HttpExchange) -> Unit>()

  val url: String = "http://127.0.0.1:${server.address.port}"

  init {
    server.executor = threads
    server.createContext("/") { exchange ->
      val handler = pages[exchange.requestURI.path]
      handler?.invoke(exchange) ?: exchange.answer(404, "text/html", ByteArray(0))
    }
    server.start()
  }

  fun page(
    path: String,
    body: String,
    status: Int = 200,
    type: String = "text/html; charset=utf-8",
  ): Site = answer(path) { it.answer(status, type, body.toByteArray()) }

  /** A path that takes the request and says nothing more. */
  fun silent(path: String): Site =
    answer(path) {
      Thread.sleep(Long.MAX_VALUE)
    }

  fun answer(
    path: String,
    handler: (HttpExchange) -> Unit,
  ): Site {
    pages[path] = handler
    return this
  }

  override fun close() {
    server.stop(0)
    threads.shutdownNow()
  }
}

/** Answers with a whole body. */
fun HttpExchange.answer(
  status: Int,
  type: String,
  body: ByteArray,
) {
  use {
    it.responseHeaders["Content-Type"] = listOf(type)
    it.sendResponseHeaders(status, if (body.isEmpty()) -1 else body.size.toLong())
    if (body.isNotEmpty()) it.responseBody.write(body)
  }
}

/** Sends the client on to [location]. */
fun HttpExchange.redirect(location: String) {
  use {
    it.responseHeaders["Location"] = listOf(location)
    it.sendResponseHeaders(302, -1)
  }
}

/** An address on loopback where nobody listens. */
fun refusedUrl(): String {
  val port = ServerSocket(0, 1, InetAddress.getLoopbackAddress()).use { it.localPort }
  return "http://127.0.0.1:$port/"
}
