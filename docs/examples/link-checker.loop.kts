// Asks for every link of a page, eight at a time, and tells those that do not answer; then it ends
// with exit code 1.
// usage: link-checker.loop.kts URL
@file:DependsOn("org.jsoup:jsoup:1.24.1")

import io.greenloop.AsyncTimeoutException
import org.jsoup.Jsoup
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers

if (args.size != 1) {
  System.err.println("usage: link-checker.loop.kts URL")
  exit(2)
}

val client: HttpClient = Aio.toThread { HttpClient.newHttpClient() }.join()

fun get(url: String): HttpResponse<String> =
  client.send(HttpRequest.newBuilder(URI(url)).build(), BodyHandlers.ofString())

/** What is wrong with the page behind [url], or null. */
fun problem(url: String): String? =
  try {
    val status = timeout(10.seconds) { get(url) }.statusCode()
    if (status < 400) null else "answers $status"
  } catch (_: IOException) {
    "does not answer"
  } catch (_: AsyncTimeoutException) {
    "says nothing for 10 seconds"
  }

val links =
  Jsoup
    .parse(get(args[0]).body(), args[0])
    .select("a[href]")
    .map { it.absUrl("href").substringBefore('#') }
    .filter { it.startsWith("http") }
    .distinct()
val broken = links.parallelMap(8) { link -> problem(link)?.let { "$link $it" } }.filterNotNull()

broken.forEach(::println)
println("${links.size} links, ${broken.size} broken")
if (broken.isNotEmpty()) exit(1)
