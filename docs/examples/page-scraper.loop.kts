// Fetches articles at once and keeps of each what the selectors find, by its address: an address
// that is given twice is fetched once, what a page does not have is "(none)", and a page that fails
// leaves its failure.
// usage: page-scraper.loop.kts URL…
@file:DependsOn("org.jsoup:jsoup:1.24.1")

import org.jsoup.Jsoup
import org.jsoup.nodes.Document
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers

data class Article(
  val title: String,
  val paragraphs: List<String>,
  val author: String,
  val date: String,
)

fun first(
  page: Document,
  selector: String,
): String = page.selectFirst(selector)?.text() ?: "(none)"

fun article(page: Document): Article {
  val paragraphs = page.select("article p").eachText()
  return Article(first(page, "h1"), paragraphs, first(page, ".author"), first(page, "time"))
}

val client: HttpClient = Aio.toThread { HttpClient.newHttpClient() }.join()

fun scrape(url: String): Article {
  val answer = client.send(HttpRequest.newBuilder(URI(url)).build(), BodyHandlers.ofString())
  if (answer.statusCode() >= 400) throw IOException("status ${answer.statusCode()}")
  return article(Jsoup.parse(answer.body(), url))
}

val articles =
  args.distinct().associateWith { url -> green { runCatching { scrape(url) } } }

for ((url, article) in articles) {
  println("$url: ${article.join().getOrElse { it }}")
}
