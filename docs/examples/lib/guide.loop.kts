// Serves the Markdown files of a folder as HTML on loopback; imported by crawl.loop.kts.
@file:DependsOn("org.commonmark:commonmark:0.29.0")
@file:DependsOn("org.commonmark:commonmark-ext-gfm-tables:0.29.0")

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import org.commonmark.ext.gfm.tables.TablesExtension
import org.commonmark.parser.Parser
import org.commonmark.renderer.html.HtmlRenderer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.isDirectory
import kotlin.io.path.isRegularFile
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.name
import kotlin.io.path.readBytes
import kotlin.io.path.readText

val extensions = listOf(TablesExtension.create())
val markdown: Parser = Parser.builder().extensions(extensions).build()
val html: HtmlRenderer = HtmlRenderer.builder().extensions(extensions).build()

fun page(
  title: String,
  body: String,
): ByteArray =
  "<!doctype html><meta charset=\"utf-8\"><title>$title</title><body>$body</body>".toByteArray()

/** A folder shows its README, or else the list of its files. */
fun folderPage(folder: Path): ByteArray {
  val readme = folder.resolve("README.md")
  if (readme.isRegularFile()) return filePage(readme)
  val files =
    folder
      .listDirectoryEntries()
      .filter { it.isRegularFile() }
      .map { it.name }
      .sorted()
  val links = files.joinToString("") { "<li><a href=\"$it\">$it</a></li>" }
  return page(folder.name, "<ul>$links</ul>")
}

fun filePage(file: Path): ByteArray =
  if (file.extension == "md") {
    page(file.name, html.render(markdown.parse(file.readText())))
  } else {
    file.readBytes()
  }

fun HttpExchange.answer(
  status: Int,
  type: String,
  body: ByteArray,
) {
  responseHeaders["Content-Type"] = listOf("$type; charset=utf-8")
  sendResponseHeaders(status, if (body.isEmpty()) -1 else body.size.toLong())
  if (body.isNotEmpty()) responseBody.write(body)
}

fun HttpExchange.answerFrom(root: Path) {
  val file = root.resolve(requestURI.path.trimStart('/')).normalize()
  val isHidden =
    !file.startsWith(root) ||
      root.relativize(file).any { it.name.startsWith(".") && it.name.length > 1 }
  when {
    isHidden || !Files.exists(file) -> {
      answer(404, "text/html", page("404", "<h1>not found</h1>"))
    }

    file.isDirectory() && !requestURI.path.endsWith("/") -> {
      responseHeaders["Location"] = listOf("${requestURI.path}/")
      answer(301, "text/html", ByteArray(0))
    }

    file.isDirectory() -> {
      answer(200, "text/html", folderPage(file))
    }

    else -> {
      answer(200, if (file.extension == "md") "text/html" else "text/plain", filePage(file))
    }
  }
}

/** Serves what is under [root], on any free port, until the server is stopped. */
fun serve(root: Path): HttpServer {
  val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
  server.createContext("/") { exchange -> exchange.use { it.answerFrom(root) } }
  server.start()
  return server
}
