// One job in five forms: read a value (which takes a second), double it, report it. One of the two
// inputs is no number: each form has its own way to say so.

import io.greenloop.Awaitable
import io.greenloop.LoopFuture
import io.greenloop.coroutine.Generator
import io.greenloop.eventlet.Eventlet
import kotlin.time.toJavaDuration

fun double(text: String): Int = text.toInt() * 2

/** Callback: success and failure go to whom the caller names; nobody waits. */
fun callbackForm(
  input: String,
  onResult: (Int) -> Unit,
  onFailure: (Throwable) -> Unit,
) {
  EventLoop.current().callLater(1.seconds) {
    runCatching { double(input) }.fold(onResult, onFailure)
  }
}

/** Future: the result can be handed around before it is there. */
fun futureForm(input: String): LoopFuture<Int> {
  val future = Aio.newPromise<Int>()
  callbackForm(input, future::complete, future::completeExceptionally)
  return future
}

/** Generator-based coroutine: each yield is a wait, the loop sends the result in. */
fun generatorForm(input: String) =
  Generator.of<Awaitable<*>, Any?, Int> { g ->
    g.yieldValue(spawn { sleep(1.seconds) })
    double(input)
  }

/** Coroutine: reads like plain code; only `suspend` tells that it waits. */
suspend fun coroutineForm(input: String): Int {
  delay(1.seconds)
  return double(input)
}

/** Green thread: plain code; any library may be under it. */
fun greenForm(input: String): Int {
  Eventlet.sleep(1.seconds.toJavaDuration())
  return double(input)
}

fun report(
  form: String,
  outcome: Result<Int>,
) {
  println("$form: ${outcome.getOrElse { "failed, ${it.message}" }}")
}

for (input in listOf("21", "one")) {
  callbackForm(
    input,
    onResult = { report("callback", Result.success(it)) },
    onFailure = { report("callback", Result.failure(it)) },
  )
  sleep(2.seconds)
  report("future", runCatching { futureForm(input).join() })
  report("generator", runCatching { Aio.coroutine(generatorForm(input)).join() })
  report("coroutine", runCatching { loop { coroutineForm(input) } })
  report("green thread", runCatching { Eventlet.spawn { greenForm(input) }.await() })
}
