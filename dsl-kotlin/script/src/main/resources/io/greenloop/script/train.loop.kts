// What the archives are trained with: the parts of compiler and runtime that most scripts touch.
import io.greenloop.AsyncTimeoutException
import io.greenloop.greenlet.Greenlet
import io.greenloop.sync.Queue
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.consumeAsFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeout
import java.util.concurrent.ConcurrentHashMap

data class Page(
  val address: String,
  val links: List<String> = emptyList(),
)

sealed interface Outcome {
  class Good(
    val page: Page,
  ) : Outcome

  data object Bad : Outcome
}

fun visit(address: String): Outcome =
  if (address.isEmpty()) Outcome.Bad else Outcome.Good(Page(address))

fun <T> List<T>.second(): T? = if (size > 1) this[1] else null

val seen = ConcurrentHashMap<String, Int>()
var count = 0
for (address in listOf("a", "b", "")) {
  when (val outcome = visit(address)) {
    is Outcome.Good -> seen[outcome.page.address] = ++count
    Outcome.Bad -> count--
  }
}
val wait = 3.milliseconds + 1.seconds
val names =
  seen.keys
    .sorted()
    .map { it.uppercase() }
    .joinToString()
println("args $args, names $names, wait $wait, second ${seen.keys.toList().second()}")
println("%5.2f of %d".format(1.5, count))
val slow =
  spawn {
    sleep(2.milliseconds)
    "suspend"
  }
val plain =
  green {
    Thread.sleep(1)
    "green"
  }
println(slow.join() + plain.join())
loop {
  val more =
    List(3) { n ->
      spawn {
        sleep(1.milliseconds)
        n
      }
    }
  println(more.map { it.await() }.sum())
  val channel = Channel<Int>(1)
  launch {
    repeat(3) { channel.send(it) }
    channel.close()
  }
  println(
    withTimeout(5.seconds) {
      channel.consumeAsFlow().map { async { it + 1 }.await() }.toList()
    },
  )
}
try {
  timeout(1.milliseconds) { sleep(1.seconds) }
} catch (e: AsyncTimeoutException) {
  println("timeout")
}
println(Greenlet { "greenlet" }.switchTo())
try {
  check(count > 100) { "few" }
} catch (e: IllegalStateException) {
  println(e.message)
}

val answers = Queue<String>()
loop {
  val server =
    server(0, "127.0.0.1") { connection ->
      connection.lines().collect { connection.send("$it!\n") }
    }
  listOf("a", "b").parallelMap(2) {
    connect("127.0.0.1", server.port).use { connection ->
      connection.send("$it\n")
      answers.send(connection.reader().receiveLine().decodeToString())
    }
  }
  server.stop(1.seconds)
}
println(answers.tryGet().orElse(null))
exit(0)
