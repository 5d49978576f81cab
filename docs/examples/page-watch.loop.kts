// Asks for a page again and again and says when it has changed; a server that knows tags is asked
// only whether it has.
// usage: page-watch.loop.kts URL [SECONDS]

import io.greenloop.AsyncTimeoutException
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers

if (args.isEmpty()) {
  System.err.println("usage: page-watch.loop.kts URL [SECONDS]")
  exit(2)
}
val interval = (args.getOrNull(1)?.toDouble() ?: 60.0).seconds
val client: HttpClient = Aio.toThread { HttpClient.newHttpClient() }.join()

fun get(tag: String?): HttpResponse<String> {
  val request = HttpRequest.newBuilder(URI(args[0]))
  tag?.let { request.header("If-None-Match", it) }
  return client.send(request.build(), BodyHandlers.ofString())
}

var tag: String? = null
var text: String? = null

every(interval) {
  try {
    val answer = timeout(10.seconds) { green { get(tag) }.await() }
    val status = answer.statusCode()
    if (status >= 400) println("status $status")
    if (status == 200 && answer.body() != text) {
      println(if (text == null) "watching, ${answer.body().length} characters" else "changed")
      text = answer.body()
      tag = answer.headers().firstValue("ETag").orElse(null)
    }
  } catch (_: IOException) {
    println("no answer")
  } catch (_: AsyncTimeoutException) {
    println("no answer for 10 seconds")
  }
}
