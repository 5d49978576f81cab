// Sends each row of a CSV file as JSON to a server, four at a time and at most fifty a second, and
// again when the server is busy.
// usage: csv-to-http.loop.kts FILE URL

import kotlinx.coroutines.flow.asFlow
import java.io.IOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers
import kotlin.io.path.Path
import kotlin.io.path.useLines

if (args.size != 2) {
  System.err.println("usage: csv-to-http.loop.kts FILE URL")
  exit(2)
}
val client: HttpClient = Aio.toThread { HttpClient.newHttpClient() }.join()

/** The cells of a line; in quotes one may have commas, and quotes as two of them. */
fun cells(line: String): List<String> {
  val cells = mutableListOf(StringBuilder())
  var quotes = 0
  for ((i, char) in line.withIndex()) {
    if (char == '"') {
      if (quotes++ % 2 == 0 && i > 0 && line[i - 1] == '"') cells.last().append(char)
    } else if (char == ',' && quotes % 2 == 0) {
      cells += StringBuilder()
    } else {
      cells.last().append(char)
    }
  }
  return cells.map { "$it" }
}

fun quoted(text: String) = "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\""

fun post(json: String) {
  val request =
    HttpRequest
      .newBuilder(URI(args[1]))
      .header("Content-Type", "application/json")
      .POST(BodyPublishers.ofString(json))
      .build()
  val status = client.send(request, BodyHandlers.discarding()).statusCode()
  if (status == 429 || status >= 500) throw IOException("the server is busy: $status")
  check(status < 400) { "refused, status $status: $json" }
}

Path(args[0]).useLines { lines ->
  val rows = lines.map { cells(it) }.iterator()
  val names = rows.next()
  loop {
    var sent = 0
    rows
      .asFlow() // a row is read when there is room for it
      .throttle(20.milliseconds)
      .parallelMap(4) { row ->
        val json =
          names
            .zip(
              row,
            ).joinToString(",", "{", "}") { (n, v) -> "${quoted(n)}:${quoted(v)}" }
        retry(times = 5, on = { it is IOException }) { green { post(json) }.await() }
      }.collect { sent++ }
    println("$sent rows sent")
  }
}
