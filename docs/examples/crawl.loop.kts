// Crawls a web site breadth-first and prints a table of its pages, then every broken link with the
// pages that hold it. Without a URL it serves the guide of this project on loopback and crawls that.
// usage: crawl.loop.kts [URL] [--workers N] [--seconds S] [--pages N]
//   --workers N   at most N requests at the same time (8)
//   --seconds S   the time limit of each request (10)
//   --pages N     fetch at most N pages (10000)
@file:DependsOn("org.jsoup:jsoup:1.24.1")
@file:Import("lib/guide.loop.kts")

import io.greenloop.AsyncTimeoutException
import io.greenloop.greenlet.Greenlet
import io.greenloop.sync.Queue
import org.jsoup.Jsoup
import org.jsoup.nodes.Document
import java.io.IOException
import java.net.ConnectException
import java.net.URI
import java.net.URISyntaxException
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.nio.channels.UnresolvedAddressException
import kotlin.time.TimeSource

// ---- the command line ----------------------------------------------------------------------

fun wrongUsage(problem: String): Nothing {
  System.err.println("crawl: $problem")
  System.err.println("usage: crawl.loop.kts [URL] [--workers N] [--seconds S] [--pages N]")
  exit(2)
}

val options = hashMapOf("--workers" to 8, "--seconds" to 10, "--pages" to 10_000)
var wanted: String? = null
val words = args.iterator()
for (word in words) {
  when {
    word in options -> {
      val number = if (words.hasNext()) words.next() else ""
      options[word] =
        number.toIntOrNull()?.takeIf { it > 0 }
          ?: wrongUsage("$word wants a number above 0, not '$number'")
    }

    word.startsWith("-") -> {
      wrongUsage("no such option: $word")
    }

    wanted != null -> {
      wrongUsage("more than one URL: $wanted and $word")
    }

    else -> {
      wanted = word
    }
  }
}
val requestLimit = options.getValue("--seconds").seconds
val pageLimit = options.getValue("--pages")
val bodyLimit = 16 * 1024 * 1024

// ---- addresses -----------------------------------------------------------------------------

val web = Regex("https?://.*", RegexOption.IGNORE_CASE)
val illegal = Regex("[^\\x21-\\x7e]|[\"<>\\\\^`{|}]")

fun percent(text: String) = text.toByteArray().joinToString("") { "%%%02X".format(it) }

/** The web page that [link] names, without the place in it; null for mailto: and the like. */
fun pageAddress(link: String): URI? {
  val page = link.trim().substringBefore('#')
  if (!web.matches(page)) return null
  val uri = URI(illegal.replace(page) { percent(it.value) }).normalize()
  if (uri.host == null) throw URISyntaxException(page, "no host")
  val path = uri.rawPath.ifEmpty { "/" } + (uri.rawQuery?.let { "?$it" } ?: "")
  return URI("${uri.scheme}://${uri.rawAuthority}".lowercase() + path)
}

/** The links of a page, one for each switch: a generator made of a greenlet. */
fun linkWalker(page: Document) =
  Greenlet {
    val reader = Greenlet.current().parent!!
    for (element in page.select("a[href], area[href], frame[src], iframe[src]")) {
      val name = if (element.hasAttr("href")) "href" else "src"
      reader.switchTo(element.absUrl(name).ifEmpty { element.attr(name) })
    }
    null
  }

// ---- pages ---------------------------------------------------------------------------------

class Page(
  val url: URI,
  val status: String,
  val bytes: Int = 0,
  val document: Document? = null,
) {
  var links = 0
  var time = 0.seconds
  val isBroken = !status.startsWith("2")
}

val clientBuilder: HttpClient.Builder =
  HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL)

// It loads half of the JDK's security classes: not on the loop.
val client: HttpClient = Aio.toThread(clientBuilder::build).join()

/** Blocking code: it parks the worker that runs it, and the loop goes on. */
fun fetch(url: URI): Page =
  try {
    timeout(requestLimit) {
      val request = HttpRequest.newBuilder(url).header("User-Agent", "greenloop-crawl").build()
      val answer = client.send(request, BodyHandlers.ofInputStream())
      val body = answer.body().use { it.readNBytes(bodyLimit) }
      Page(url, "${answer.statusCode()}", body.size, parse(answer, body))
    }
  } catch (_: AsyncTimeoutException) {
    Page(url, "timeout")
  } catch (e: ConnectException) {
    Page(url, if (e.cause?.cause is UnresolvedAddressException) "no host" else "refused")
  } catch (_: IOException) {
    Page(url, "failed")
  } catch (_: RuntimeException) {
    Page(url, "failed") // such as a redirect to what is no address: one page must not end the crawl
  }

/** The page as a tree; null if it is no HTML, an error, or comes from another site after all. */
fun parse(
  answer: HttpResponse<*>,
  body: ByteArray,
): Document? {
  if (pages.isEmpty()) site = answer.uri().authority // the start may redirect to another host
  val type =
    answer
      .headers()
      .firstValue("Content-Type")
      .orElse("")
      .lowercase()
  val isHtml = type.startsWith("text/html") || type.startsWith("application/xhtml+xml")
  if (answer.statusCode() / 100 != 2 || !isHtml || !isOnSite(answer.uri())) return null
  val charset = Regex("charset=\"?([^\";]+)").find(type)?.groupValues?.get(1)
  val known = charset?.takeIf { runCatching { charset(it) }.isSuccess }
  // Pure computing: another thread does it, and the other workers go on.
  return Aio.toThread { Jsoup.parse(body.inputStream(), known, "${answer.uri()}") }.join()
}

// ---- the crawl -----------------------------------------------------------------------------

val guide = if (wanted == null) serve(scriptFile.resolveSibling("../..").normalize()) else null
val start: URI =
  try {
    pageAddress(wanted ?: "http://127.0.0.1:${guide?.address?.port}/docs/guide/")
  } catch (_: URISyntaxException) {
    null
  } ?: wrongUsage("not an http or https URL: $wanted")

val pages = ArrayList<Page>()
val holders = LinkedHashMap<URI, MutableSet<URI>>() // of each address: the pages that link to it
val malformed = LinkedHashMap<String, MutableSet<URI>>()
val waiting = Queue<URI>()
var site = start.authority

fun isOnSite(url: URI): Boolean = url.authority.equals(site, ignoreCase = true)

/** Walks the links of a fetched page; what is new goes to the end of the queue. */
fun follow(page: Page) {
  val walker = linkWalker(page.document ?: return)
  while (true) {
    val link = walker.switchTo()
    if (walker.isDead) return
    page.links++
    if (page.links % 100 == 0) yieldNow() // a page may have thousands: let the others go on
    try {
      val target = pageAddress(link as String) ?: continue
      if (!isOnSite(target)) continue
      if (target !in holders && holders.size < pageLimit) waiting.put(target)
      holders.getOrPut(target) { LinkedHashSet() } += page.url
    } catch (_: URISyntaxException) {
      malformed.getOrPut("$link") { LinkedHashSet() } += page.url
    }
  }
}

fun visit(url: URI) {
  val begin = TimeSource.Monotonic.markNow()
  val page = fetch(url)
  page.time = begin.elapsedNow()
  pages += page
  follow(page)
}

// A suspend task beside the workers: a line a second, on standard error.
val progress =
  spawn {
    while (true) {
      sleep(1.seconds)
      System.err.println("crawl: ${pages.size} pages, ${waiting.size()} waiting")
    }
  }

val begin = TimeSource.Monotonic.markNow()
holders[start] = LinkedHashSet()
waiting.put(start)
// They share all of the above without a lock: the code of a loop runs one piece at a time.
repeat(options.getValue("--workers")) {
  green {
    for (url in waiting) {
      visit(url)
      waiting.taskDone()
    }
  }
}
waiting.join()
waiting.close()
progress.cancel()
guide?.stop(0)

// ---- the report ----------------------------------------------------------------------------

println("STATUS   LINKS      BYTES       TIME  PAGE")
for (page in pages) {
  val time = "${page.time.inWholeMilliseconds} ms"
  println("%-7s %6d %10d %10s  %s".format(page.status, page.links, page.bytes, time, page.url))
}
val seconds = begin.elapsedNow().inWholeMilliseconds / 1000.0
val links = pages.sumOf { it.links }
val bytes = pages.sumOf { it.bytes.toLong() }
println("${pages.size} pages, $links links, $bytes bytes in %.1f s".format(seconds))

val broken = pages.filter { it.isBroken }
for (page in broken) {
  println("BROKEN ${page.status} ${page.url}")
  for (holder in holders.getValue(page.url)) println("  on $holder")
}
for ((link, on) in malformed) {
  println("BROKEN malformed $link")
  for (holder in on) println("  on $holder")
}
println("${broken.size + malformed.size} broken links")
if (pages.first().isBroken) exit(1)
