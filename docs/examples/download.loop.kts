// Downloads files into a folder, four at a time, and says each second how far it is.
// usage: download.loop.kts FOLDER URL…

import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardCopyOption.REPLACE_EXISTING

if (args.size < 2) {
  System.err.println("usage: download.loop.kts FOLDER URL…")
  exit(2)
}
val folder: Path = Files.createDirectories(Path.of(args[0]))
val urls = args.drop(1).distinct()
val client: HttpClient = Aio.toThread { HttpClient.newHttpClient() }.join()
var files = 0
var received = 0L

/** To a file beside its place first: what lies there is whole. */
fun download(url: String) {
  val name = URI(url).path.substringAfterLast('/').ifEmpty { "index.html" }
  val part = folder.resolve("$name.part")
  val answer = client.send(HttpRequest.newBuilder(URI(url)).build(), BodyHandlers.ofInputStream())
  check(answer.statusCode() == 200) { "status ${answer.statusCode()}" }
  answer.body().use { from ->
    Files.newOutputStream(part).use { to ->
      val buffer = ByteArray(64 * 1024)
      while (true) {
        val size = from.read(buffer)
        if (size < 0) break
        to.write(buffer, 0, size)
        received += size
      }
    }
  }
  Files.move(part, folder.resolve(name), REPLACE_EXISTING)
  files++
}

val progress = every(1.seconds) { println("$files of ${urls.size} files, ${received / 1000} kB") }
val failures =
  urls.parallelMap(4) { url ->
    try {
      retry(on = { it is IOException }) { download(url) } // a connection that breaks; no 404
      null
    } catch (failure: Exception) {
      "$url: ${failure.message ?: failure}"
    }
  }
progress.cancel()

println("$files of ${urls.size} files, ${received / 1000} kB: done")
failures.filterNotNull().forEach(System.err::println)
if (files < urls.size) exit(1)
