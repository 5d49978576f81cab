// Serves the files of a folder to browsers, for a look at a page that was just built.
// usage: file-server.loop.kts FOLDER [PORT]

import io.greenloop.AsyncTimeoutException
import io.greenloop.net.Stream
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.flow.toList
import java.net.URI
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.isDirectory
import kotlin.io.path.isRegularFile

if (args.isEmpty()) {
  System.err.println("usage: file-server.loop.kts FOLDER [PORT]")
  exit(2)
}
val folder: Path = Path.of(args[0]).toRealPath()

/** What the path of a request means, if that lies in the folder, also behind links. */
fun file(path: String): Path? {
  val asked = folder.resolve(path.trimStart('/')).normalize()
  val file = if (asked.isDirectory()) asked.resolve("index.html") else asked
  return file.takeIf { it.isRegularFile() && it.toRealPath().startsWith(folder) }
}

suspend fun Stream.answer(
  status: String,
  type: String,
  body: ByteArray,
) {
  send("HTTP/1.0 $status\r\nContent-Type: $type\r\nContent-Length: ${body.size}\r\n\r\n")
  writer().send(body)
}

suspend fun serve(stream: Stream) {
  val request = stream.lines().takeWhile { it.isNotEmpty() }.toList()
  val words = request.firstOrNull()?.split(' ') ?: return
  val file = words.getOrNull(1)?.let { file(URI(it).path) }
  when {
    words[0] != "GET" -> {
      stream.answer("405 Only GET", "text/plain", "only GET\n".toByteArray())
    }

    file == null -> {
      stream.answer("404 Not Found", "text/plain", "not here\n".toByteArray())
    }

    else -> {
      val type = Files.probeContentType(file) ?: "application/octet-stream"
      stream.answer("200 OK", type, Files.readAllBytes(file))
    }
  }
  println("${words.take(2).joinToString(" ")} -> ${file?.let(folder::relativize) ?: "nothing"}")
}

val server =
  server(args.getOrNull(1)?.toInt() ?: 0, "localhost") { stream ->
    try {
      timeout(10.seconds) { serve(stream) }
    } catch (_: AsyncTimeoutException) {
      stream.abort() // it asked for nothing
    }
  }
println("listening on port ${server.port}")
