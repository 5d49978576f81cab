// Fetches pages one after the other, with a time limit for the whole run.
// usage: fetch-in-time.loop.kts [SECONDS] [URL…]

import io.greenloop.AsyncTimeoutException
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers

val limit = (args.firstOrNull()?.toDoubleOrNull() ?: 5.0).seconds
val urls =
  args.filter { "://" in it }.ifEmpty { listOf("https://openjdk.org/", "https://kotlinlang.org/") }

val client = Aio.toThread { HttpClient.newHttpClient() }.join()

/** Blocking code, as the JDK has it: it parks the script, not the loop. */
fun fetch(url: String) {
  val begin = EventLoop.current().time()
  val answer =
    try {
      client.send(HttpRequest.newBuilder(URI(url)).build(), BodyHandlers.ofString())
    } catch (_: IOException) {
      return println("Failed to connect to $url")
    }
  if (answer.statusCode() >= 400) return println("$url answered ${answer.statusCode()}")
  val seconds = (EventLoop.current().time() - begin).toMillis() / 1000.0
  println("%s took %.2fs".format(url, seconds))
  println(answer.body().trim().take(40))
}

try {
  timeout(limit) { urls.forEach { fetch(it) } }
} catch (_: AsyncTimeoutException) {
  println("The time was up after $limit")
}
